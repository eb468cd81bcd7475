package sender

import (
	"context"
	"errors"
)

// Mailer sends messages one after another and keeps the session between them. It
// opens a session when it needs one: for the first message, after the server has
// closed an idle one, and when a limit of the server (RFC 9422 MAILMAX) is
// reached. It never sends a message twice. The zero value with an Addr is ready;
// it is for one goroutine at a time.
type Mailer struct {
	// Addr is the server, as for Dial.
	Addr string
	// Options are those of Dial.
	Options Options

	session *Client
}

// Send sends one message; result and error are those of Client.Send. More
// recipients than the server takes at once (RFC 9422 RCPTMAX) go in several
// transactions: then the Result has the replies of the last.
func (m *Mailer) Send(ctx context.Context, env Envelope, msg []byte) (*Result, error) {
	whole := newResult(env)
	if err := precheck(m.Addr, env); err != nil {
		return whole, whole.conclude(err)
	}
	for rest := env.To; len(rest) > 0; {
		c, err := m.ready(ctx)
		if err != nil {
			return whole, whole.conclude(err)
		}
		part := env
		part.To = rest
		if limit := c.extensions.Limit("RCPTMAX"); limit > 0 && limit < len(rest) {
			part.To = rest[:limit]
		}
		result, err := c.Send(ctx, part, msg)
		whole.add(result, len(env.To)-len(rest))
		rest = rest[len(part.To):]
		var failed *SendError
		if errors.As(err, &failed) && failed.Err != nil {
			return whole, whole.conclude(failed.Err)
		}
	}
	return whole, whole.conclude(nil)
}

// add takes over the outcome of a part of the recipients.
func (r *Result) add(part *Result, at int) {
	copy(r.Recipients[at:], part.Recipients)
	r.Mail, r.Data, r.Final = part.Mail, part.Data, part.Final
}

// ready returns a session that answers. One that was used before is asked with
// NOOP or RSET, so that a message is not lost to a connection that is gone.
func (m *Mailer) ready(ctx context.Context) (*Client, error) {
	if c := m.session; c != nil {
		limit := c.extensions.Limit("MAILMAX")
		if c.broken == nil && (limit == 0 || c.started < limit) && c.alive(ctx) {
			return c, nil
		}
		if ctx.Err() != nil {
			return nil, c.errorAt(command{step: StepNoop}, context.Cause(ctx))
		}
		_ = m.Close()
	}
	c, err := Dial(ctx, m.Addr, &m.Options)
	if err != nil {
		return nil, err
	}
	m.session = c
	return c, nil
}

func (c *Client) alive(ctx context.Context) bool {
	if c.started == 0 {
		return true
	}
	if c.tx != nil {
		return c.Reset(ctx) == nil
	}
	return c.Noop(ctx) == nil
}

// Session returns the session that is open, or nil.
func (m *Mailer) Session() *Client { return m.session }

// Close ends the session with QUIT, if one is open. Its error says nothing about
// the messages.
func (m *Mailer) Close() error {
	c := m.session
	m.session = nil
	if c == nil || c.broken != nil {
		return nil
	}
	return c.Quit(context.Background())
}
