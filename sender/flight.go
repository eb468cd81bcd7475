package sender

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
)

// command is one command on its way, or only the wait for one more reply.
type command struct {
	step      Step
	recipient string
	line      string // without CRLF; without a line it waits for a reply alone
	empty     bool   // the line is there, and empty: a response of AUTH
	shown     string // for the trace, where line holds a secret
	chunk     []byte // octets that follow the line: BDAT
}

// roundTrip sends one command and reads its reply.
func (c *Client) roundTrip(ctx context.Context, cmd command) (Reply, error) {
	replies, err := c.flight(ctx, cmd)
	if err != nil {
		return Reply{}, err
	}
	return replies[0], nil
}

// flight sends a group of commands in one write and reads their replies in
// order. It writes and reads at the same time: a server may stop reading until
// its replies are taken (RFC 2920 §3.1). When fewer replies than commands come
// back, the error says why; a 421 ends the session and the group.
func (c *Client) flight(ctx context.Context, cmds ...command) ([]Reply, error) {
	if err := c.ready(ctx, cmds[0]); err != nil {
		return nil, err
	}
	release := c.deadlines.watch(ctx)
	defer release()
	c.deadlines.arm(c.opts.timeout(cmds[0].step))
	written := c.launch(cmds)
	replies := make([]Reply, 0, len(cmds))
	for _, cmd := range cmds {
		c.deadlines.arm(c.opts.timeout(cmd.step))
		r, err := c.readReply(cmd.step)
		if err != nil {
			c.breakOff(err)
			<-written
			return replies, c.failure(ctx, cmd, err)
		}
		replies = append(replies, r)
		if r.Code == 421 {
			c.breakOff(errShutdown)
			<-written
			return replies, c.cutShort(cmds, replies)
		}
	}
	if err := <-written; err != nil {
		c.breakOff(err)
	}
	return replies, nil
}

var errShutdown = errors.New("the server shut the session down with 421")

// cutShort is nil when the 421 answered the last command of the group.
func (c *Client) cutShort(cmds []command, replies []Reply) error {
	n := len(replies)
	if n == len(cmds) {
		return nil
	}
	e := c.errorAt(cmds[n-1], nil)
	e.Reply = replies[n-1]
	return e
}

// launch writes the commands from a goroutine, which ends with the write.
func (c *Client) launch(cmds []command) <-chan error {
	c.out = c.out[:0]
	for _, cmd := range cmds {
		if cmd.line == "" && !cmd.empty {
			continue
		}
		c.out = append(append(c.out, cmd.line...), "\r\n"...)
		c.out = append(c.out, cmd.chunk...)
		if cmd.shown != "" {
			c.trace(cmd.step, "C", cmd.shown)
		} else {
			c.trace(cmd.step, "C", cmd.line)
		}
	}
	written := make(chan error, 1)
	if len(c.out) == 0 {
		written <- nil
		return written
	}
	go func(conn net.Conn, p []byte) {
		_, err := conn.Write(p)
		written <- err
	}(c.conn, c.out)
	return written
}

// ready refuses to send on a session that is over, and looks at what came since
// the last reply: a 421 is the server's farewell (RFC 5321 §3.8), anything else
// would be taken for the reply to the next command.
func (c *Client) ready(ctx context.Context, cmd command) error {
	if c.broken != nil {
		return c.errorAt(cmd, c.broken)
	}
	if ctx.Err() != nil {
		return c.errorAt(cmd, context.Cause(ctx))
	}
	if c.replies.br.Buffered() == 0 || c.greeting.Code == 0 {
		return nil
	}
	c.deadlines.arm(c.opts.timeout(cmd.step))
	r, err := c.readReply(cmd.step)
	if err != nil {
		c.breakOff(err)
		return c.failure(ctx, cmd, err)
	}
	e := c.errorAt(cmd, nil)
	e.Reply = r
	if r.Code != 421 {
		e.Err = &ProtocolError{"a reply that no command asked for", ""}
	}
	c.breakOff(errShutdown)
	return e
}

func (c *Client) readReply(step Step) (Reply, error) {
	r, err := c.replies.read()
	c.redact(r.Lines)
	if err == nil {
		c.traceReply(step, r)
	}
	return r, err
}

// redact hides secrets that a server repeats in a reply to AUTH.
func (c *Client) redact(lines []string) {
	for i := range lines {
		for _, s := range c.secrets {
			lines[i] = strings.ReplaceAll(lines[i], s, masked)
		}
	}
}

// breakOff ends the connection at once, without QUIT: what state the peer is in
// is not known, or it is gone.
func (c *Client) breakOff(why error) {
	if c.broken == nil {
		c.broken = why
		c.trace(StepQuit, "*", "connection closed: "+why.Error())
	}
	_ = c.raw.Close()
}

func (c *Client) errorAt(cmd command, err error) *Error {
	return &Error{Step: cmd.step, Server: c.server, Recipient: cmd.recipient, Err: err}
}

// failure is the error of a step that ended without a reply.
func (c *Client) failure(ctx context.Context, cmd command, err error) *Error {
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = &timeoutError{c.opts.timeout(cmd.step), err}
	case cmd.step != StepTLS && !isProtocol(err) && !isContent(err) && !temporaryCause(err):
		err = &lostError{err}
	}
	return c.errorAt(cmd, err)
}

// want checks that a reply to cmd is a positive completion. A reply that asks
// for more where nothing more can come leaves the peer in an unknown state.
func (c *Client) want(cmd command, r Reply) error {
	if r.OK() {
		return nil
	}
	e := c.errorAt(cmd, nil)
	e.Reply = r
	if r.Code/100 == 3 {
		e.Err = &ProtocolError{"a go-ahead where none belongs", ""}
		c.breakOff(e.Err)
	}
	return e
}

// wantCode is want for a step that has one code of success.
func (c *Client) wantCode(cmd command, r Reply, code int) error {
	if r.Code == code {
		return nil
	}
	if err := c.want(cmd, r); err != nil {
		return err
	}
	e := c.errorAt(cmd, &ProtocolError{"an unexpected reply", ""})
	e.Reply = r
	return e
}
