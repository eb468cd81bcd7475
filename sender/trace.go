package sender

import "time"

// Event is one line of the dialogue, or a fact beside it.
type Event struct {
	Time time.Time
	Step Step
	// Dir is "C" for a line that the client sends, "S" for one of the server,
	// "*" for a fact such as the end of the TLS handshake.
	Dir string
	// Line has no line end, and its control octets are escaped. Payloads of
	// AUTH are "****"; a message is its number of octets.
	Line string
	// Secure says that the line went inside TLS.
	Secure bool
}

const masked = "****"

func (c *Client) trace(step Step, dir, line string) {
	if c.opts.Trace == nil {
		return
	}
	c.opts.Trace(Event{Time: time.Now(), Step: step, Dir: dir, Line: escape(line), Secure: c.tls != nil})
}

func (c *Client) traceReply(step Step, r Reply) {
	if c.opts.Trace == nil {
		return
	}
	for i := range r.Lines {
		c.trace(step, "S", r.line(i))
	}
}
