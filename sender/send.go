package sender

import (
	"context"
	"errors"
)

// Envelope is whom a message is from and for, apart from its header (RFC 5321
// §2.3.1).
type Envelope struct {
	// From is the reverse-path; "" is the null path.
	From string
	// To are the recipients, one at least.
	To []Recipient
	// Options are the parameters of MAIL. Size, Body and UTF8 are found out from
	// the message.
	Options MailOptions
}

// Recipient is one forward-path of an envelope.
type Recipient struct {
	Address string
	Options RcptOptions
}

// To makes recipients of addresses.
func To(addrs ...string) []Recipient {
	rcpts := make([]Recipient, len(addrs))
	for i, a := range addrs {
		rcpts[i].Address = a
	}
	return rcpts
}

// plan is a transaction that was found fit to be sent.
type plan struct {
	mail    command
	rcpts   []command
	opts    MailOptions
	chunked bool
	msg     []byte
}

// Send carries one message in one transaction. What the server, or SMTP itself,
// cannot carry is refused before anything is sent. A recipient that is refused
// does not keep the message from the others. The Result is never nil; the error
// is nil only if the server took the message for all recipients, else a
// *SendError. The session can be used again unless Err says otherwise.
func (c *Client) Send(ctx context.Context, env Envelope, msg []byte) (*Result, error) {
	result := newResult(env)
	p, err := c.plan(env, msg)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			err = c.errorAt(command{step: StepPrepare}, err)
		}
		return result, result.conclude(err)
	}
	if err := c.fresh(ctx); err != nil {
		return result, result.conclude(err)
	}
	c.open(p.opts, result)
	return result, result.conclude(c.transact(ctx, p))
}

func newResult(env Envelope) *Result {
	r := &Result{From: env.From, Recipients: make([]RecipientResult, len(env.To))}
	for i, to := range env.To {
		r.Recipients[i].Address = to.Address
	}
	return r
}

func (c *Client) plan(env Envelope, msg []byte) (*plan, error) {
	if c.data != nil {
		return nil, problem(ErrSequence, "the message before is not closed")
	}
	if len(env.To) == 0 {
		return nil, ErrNoRecipient
	}
	p := &plan{opts: env.Options, msg: msg}
	if err := c.suit(p); err != nil {
		return nil, err
	}
	for _, to := range env.To {
		cmd, utf8, err := c.rcptCommand(to.Address, to.Options)
		if err != nil {
			return nil, c.errorAt(command{step: StepPrepare, recipient: to.Address}, err)
		}
		p.opts.UTF8 = p.opts.UTF8 || utf8
		p.rcpts = append(p.rcpts, cmd)
	}
	var err error
	p.mail, p.opts, err = c.mailCommand(env.From, p.opts)
	return p, err
}

// suit finds out what the message asks of the server.
func (c *Client) suit(p *plan) error {
	p.chunked = c.extensions.Has("CHUNKING") && (c.opts.Chunking || p.opts.Body == Binary)
	if p.opts.Body == Binary {
		p.opts.Size = int64(len(p.msg))
		return nil
	}
	found, err := examine(p.msg)
	if err != nil {
		return err
	}
	p.opts.Size = found.size
	p.opts.UTF8 = p.opts.UTF8 || found.utf8Header
	if found.utf8Header || found.eightBody {
		p.opts.Body = EightBit
	}
	return nil
}

// transact runs the transaction. Its error is what failed for all recipients.
func (c *Client) transact(ctx context.Context, p *plan) error {
	var err error
	if c.extensions.Has("PIPELINING") && !c.opts.NoPipelining {
		err = c.grouped(ctx, p)
	} else {
		err = c.lockStep(ctx, p)
	}
	if err != nil || c.tx == nil || len(c.tx.accepted) == 0 {
		return err
	}
	w := c.content(ctx, p)
	w.lines.checked = true
	if _, err := w.Write(p.msg); err != nil {
		return err
	}
	return w.finish()
}

func (c *Client) content(ctx context.Context, p *plan) *DataWriter {
	if p.chunked {
		return c.openChunks(ctx)
	}
	return c.openData(ctx)
}

var dataCommand = command{step: StepData, line: "DATA"}

// lockStep sends a command at a time, up to the 354.
func (c *Client) lockStep(ctx context.Context, p *plan) error {
	r, err := c.roundTrip(ctx, p.mail)
	if err != nil {
		return err
	}
	if err := c.mailReply(p.mail, r); err != nil {
		return err
	}
	for i, cmd := range p.rcpts {
		r, err := c.roundTrip(ctx, cmd)
		if err != nil {
			return err
		}
		if err := c.rcptReply(i, cmd, r); err != nil && c.broken != nil {
			return err
		}
	}
	if p.chunked || len(c.tx.accepted) == 0 {
		return nil
	}
	r, err = c.roundTrip(ctx, dataCommand)
	if err != nil {
		return err
	}
	c.tx.result.Data = r
	return c.wantCode(dataCommand, r, 354)
}

// grouped sends MAIL, the RCPTs and DATA as one group (RFC 2920 §3.1). DATA ends
// it; chunks come later, since they are only worth sending to somebody.
func (c *Client) grouped(ctx context.Context, p *plan) error {
	cmds := append([]command{p.mail}, p.rcpts...)
	if !p.chunked {
		cmds = append(cmds, dataCommand)
	}
	replies, cut := c.flight(ctx, cmds...)
	if len(replies) == 0 {
		return cut
	}
	if err := c.mailReply(p.mail, replies[0]); err != nil {
		c.retract(ctx, replies, cmds)
		return err
	}
	var refusal error
	for i, cmd := range p.rcpts[:min(len(p.rcpts), len(replies)-1)] {
		if err := c.rcptReply(i, cmd, replies[i+1]); err != nil {
			refusal = err
		}
	}
	switch {
	case cut != nil:
		return cut
	case c.broken != nil && refusal != nil:
		return refusal
	case p.chunked:
		return nil
	}
	c.tx.result.Data = replies[len(replies)-1]
	if len(c.tx.accepted) == 0 {
		c.retract(ctx, replies, cmds)
		return nil
	}
	return c.wantCode(dataCommand, c.tx.result.Data, 354)
}

// retract answers a 354 that nobody can use any more: the server waits for a
// message, and gets an empty one (RFC 2920 §3.1).
func (c *Client) retract(ctx context.Context, replies []Reply, cmds []command) {
	n := len(cmds)
	if len(replies) < n || cmds[n-1].step != StepData || replies[n-1].Code != 354 || c.broken != nil {
		return
	}
	if c.opts.LMTP {
		c.breakOff(&ProtocolError{"a go-ahead without a recipient", ""})
		return
	}
	_, _ = c.roundTrip(ctx, command{step: StepFinal, line: "."})
	c.tx = nil
}

// SendMail opens a session with the server at addr, sends one message and ends
// the session. The Result is never nil; the error is nil only if the server took
// the message for all recipients, else a *SendError. How QUIT went is in
// Result.Quit and decides nothing.
func SendMail(ctx context.Context, addr string, opts *Options, from string, to []string, msg []byte) (*Result, error) {
	env := Envelope{From: from, To: To(to...)}
	if err := precheck(addr, env); err != nil {
		result := newResult(env)
		return result, result.conclude(err)
	}
	c, err := Dial(ctx, addr, opts)
	if err != nil {
		result := newResult(env)
		return result, result.conclude(err)
	}
	result, err := c.Send(ctx, env, msg)
	result.Quit = c.Quit(ctx)
	return result, err
}

// precheck refuses addresses that no server can be given before one is called.
func precheck(addr string, env Envelope) error {
	if len(env.To) == 0 {
		return &Error{Step: StepPrepare, Server: addr, Err: ErrNoRecipient}
	}
	if _, err := reversePath(env.From); err != nil {
		return &Error{Step: StepPrepare, Server: addr, Err: err}
	}
	for _, to := range env.To {
		if _, err := forwardPath(to.Address); err != nil {
			return &Error{Step: StepPrepare, Server: addr, Recipient: to.Address, Err: err}
		}
	}
	return nil
}
