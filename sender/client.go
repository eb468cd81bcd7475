package sender

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Client is a session with one server. It is for one goroutine at a time. End
// it with Quit or Close.
type Client struct {
	opts      Options
	server    string // as dialled, for errors
	host      string // the name that TLS verifies
	raw       net.Conn
	conn      net.Conn // raw, or the TLS session over it
	deadlines deadlines
	replies   replyReader
	out       []byte   // commands of the flight under way
	block     []byte   // of a message, kept for the next one
	secrets   []string // of the AUTH under way

	greeting   Reply
	extensions Extensions
	tls        *tls.ConnectionState
	mechanism  string // of the successful AUTH
	tx         *transaction
	last       *Result     // of tx, also when it is over
	data       *DataWriter // open between DATA and its final reply
	started    int         // transactions begun
	broken     error       // why nothing more can be sent
}

// Dial opens a session with the server at addr, "host:port" or "unix:/path":
// connection, greeting, EHLO, TLS and AUTH as opts ask. Nil opts are the zero
// Options. Each step has its own deadline, and ctx interrupts whichever is under
// way; ctx does not outlive Dial. The error is an *Error, and then nothing is
// left open.
func Dial(ctx context.Context, addr string, opts *Options) (*Client, error) {
	if opts == nil {
		opts = &Options{}
	}
	network, host, err := target(addr, opts)
	if err != nil {
		return nil, &Error{Step: StepPrepare, Server: addr, Err: err}
	}
	limit := opts.timeout(StepConnect)
	dialCtx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := opts.dial(dialCtx, network, strings.TrimPrefix(addr, "unix:"))
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		} else if dialCtx.Err() != nil {
			err = &timeoutError{limit, err}
		} else if dns := (*net.DNSError)(nil); !errors.As(err, &dns) {
			err = &lostError{err}
		}
		return nil, &Error{Step: StepConnect, Server: addr, Err: err}
	}
	return open(ctx, conn, addr, host, opts)
}

// NewClient opens a session over a connection that is there already; host is the
// server's name, for TLS and for errors. NewClient owns conn, also when it fails.
func NewClient(ctx context.Context, conn net.Conn, host string, opts *Options) (*Client, error) {
	if opts == nil {
		opts = &Options{}
	}
	return open(ctx, conn, host, host, opts)
}

func target(addr string, opts *Options) (network, host string, err error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok && path != "" {
		return "unix", "localhost", nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", "", problem(ErrArgument, fmt.Sprintf("server %s is not host:port", quoted(addr)))
	}
	if opts.LMTP && port == "25" {
		return "", "", problem(ErrArgument, "LMTP on port 25 (RFC 2033 §5)")
	}
	return "tcp", host, nil
}

func open(ctx context.Context, conn net.Conn, server, host string, opts *Options) (*Client, error) {
	c := &Client{opts: *opts, server: server, host: host, raw: conn}
	c.adopt(conn)
	if err := c.begin(ctx); err != nil {
		c.leave(ctx)
		return nil, err
	}
	return c, nil
}

// adopt makes conn the connection that commands go through.
func (c *Client) adopt(conn net.Conn) {
	c.conn = conn
	c.deadlines.use(conn)
	c.replies = newReplyReader(conn)
}

func (c *Client) begin(ctx context.Context) error {
	name, err := c.helloName()
	if err != nil {
		return &Error{Step: StepPrepare, Server: c.server, Err: err}
	}
	if err := c.opts.Auth.check(); err != nil {
		return &Error{Step: StepPrepare, Server: c.server, Err: err}
	}
	if c.opts.Security == ImplicitTLS {
		if err := c.handshake(ctx); err != nil {
			return err
		}
	}
	if err := c.greet(ctx); err != nil {
		return err
	}
	if err := c.hello(ctx, name); err != nil {
		return err
	}
	if err := c.upgrade(ctx, name); err != nil {
		return err
	}
	return c.authenticate(ctx)
}

func (c *Client) greet(ctx context.Context) error {
	cmd := command{step: StepGreeting}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return err
	}
	c.greeting = r
	return c.wantCode(cmd, r, 220)
}

// Greeting returns the server's greeting.
func (c *Client) Greeting() Reply { return c.greeting }

// Extensions returns what the last EHLO or LHLO offered; it is empty after HELO.
func (c *Client) Extensions() Extensions { return c.extensions }

// TLS returns the state of the TLS session, and whether there is one.
func (c *Client) TLS() (tls.ConnectionState, bool) {
	if c.tls == nil {
		return tls.ConnectionState{}, false
	}
	return *c.tls, true
}

// Mechanism returns the SASL mechanism that authenticated the session, or "".
func (c *Client) Mechanism() string { return c.mechanism }

// Result returns what became of the transaction under way, or of the last one;
// nil before the first.
func (c *Client) Result() *Result { return c.last }

// Err returns why the session can no longer be used, or nil.
func (c *Client) Err() error { return c.broken }

// Noop asks for a sign of life. Its error is an *Error.
func (c *Client) Noop(ctx context.Context) error { return c.simple(ctx, StepNoop, "NOOP") }

// Reset gives up the transaction under way, if any (RFC 5321 §4.1.1.5). Its
// error is an *Error.
func (c *Client) Reset(ctx context.Context) error {
	if err := c.simple(ctx, StepReset, "RSET"); err != nil {
		return err
	}
	c.tx = nil
	return nil
}

func (c *Client) simple(ctx context.Context, step Step, line string) error {
	cmd := command{step: step, line: line}
	if c.data != nil {
		return c.errorAt(cmd, problem(ErrSequence, "the message is not closed"))
	}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return err
	}
	return c.want(cmd, r)
}

// Quit sends QUIT, waits for the reply and closes the connection. Its error, an
// *Error, says only how the session ended: what became of the messages was
// decided before (RFC 5321 §4.1.1.10). After Quit, Close does nothing.
func (c *Client) Quit(ctx context.Context) error {
	if c.broken != nil {
		_ = c.Close()
		return c.errorAt(command{step: StepQuit}, c.broken)
	}
	err := c.simple(ctx, StepQuit, "QUIT")
	_ = c.Close()
	return err
}

// Close closes the connection without QUIT. A message that is not complete is
// given up: the server does not see its end.
func (c *Client) Close() error {
	if c.data != nil {
		c.data.abort()
	}
	if c.broken == ErrClosed {
		return nil
	}
	c.broken = ErrClosed
	c.deadlines.arm(closeNotifyLimit)
	return c.conn.Close()
}

// closeNotifyLimit bounds the farewell of TLS to a peer that does not read.
const closeNotifyLimit = time.Second

// leave ends a session that did not come up: with QUIT where the peer still
// listens (RFC 5321 §4.1.1.10), else at once.
func (c *Client) leave(ctx context.Context) {
	if c.broken != nil || c.greeting.Code == 0 || ctx.Err() != nil {
		_ = c.raw.Close()
		c.broken = ErrClosed
		return
	}
	_ = c.Quit(ctx)
}
