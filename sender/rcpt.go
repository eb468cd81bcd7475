package sender

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// RcptOptions are the parameters of RCPT (RFC 3461 §4). Set ones that the server
// does not offer are an error that matches ErrNotOffered.
type RcptOptions struct {
	// Notify is "NEVER" alone, or some of "SUCCESS", "FAILURE" and "DELAY".
	Notify []string
	// OriginalRecipient is the address for ORCPT, without its type.
	OriginalRecipient string
}

// Rcpt adds a recipient, an address without brackets, to the transaction. Nil
// opts are the zero RcptOptions. The error is an *Error; the transaction stays
// open after a refusal.
func (c *Client) Rcpt(ctx context.Context, to string, opts *RcptOptions) error {
	if opts == nil {
		opts = &RcptOptions{}
	}
	cmd, utf8, err := c.rcptCommand(to, *opts)
	switch {
	case err != nil:
		return c.errorAt(command{step: StepRcpt, recipient: to}, err)
	case c.tx == nil || c.data != nil:
		return c.errorAt(cmd, problem(ErrSequence, "RCPT without MAIL"))
	case utf8 && !c.tx.opts.UTF8:
		return c.errorAt(cmd, problem(ErrAddress, quoted(to)+" needs SMTPUTF8 in MAIL"))
	}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return err
	}
	c.tx.result.Recipients = append(c.tx.result.Recipients, RecipientResult{Address: to})
	return c.rcptReply(len(c.tx.result.Recipients)-1, cmd, r)
}

// rcptReply notes what became of recipient i.
func (c *Client) rcptReply(i int, cmd command, r Reply) error {
	rcpt := &c.tx.result.Recipients[i]
	rcpt.Reply = r
	rcpt.Err = c.want(cmd, r)
	if rcpt.Err == nil {
		c.tx.accepted = append(c.tx.accepted, i)
	}
	return rcpt.Err
}

// rcptCommand writes RCPT and says whether it needs SMTPUTF8.
func (c *Client) rcptCommand(to string, o RcptOptions) (cmd command, utf8 bool, err error) {
	path, err := forwardPath(to)
	if err != nil {
		return command{}, false, err
	}
	params, err := c.notifyParams(o)
	if err != nil {
		return command{}, false, err
	}
	line := "RCPT TO:<" + path.String() + ">" + params
	return command{step: StepRcpt, recipient: to, line: line}, path.needsUTF8(), nil
}

func (c *Client) notifyParams(o RcptOptions) (string, error) {
	if len(o.Notify) == 0 && o.OriginalRecipient == "" {
		return "", nil
	}
	if err := c.offered("DSN", "for NOTIFY and ORCPT"); err != nil {
		return "", err
	}
	var b strings.Builder
	if len(o.Notify) > 0 {
		if err := checkNotify(o.Notify); err != nil {
			return "", err
		}
		b.WriteString(" NOTIFY=" + strings.Join(o.Notify, ","))
	}
	if o.OriginalRecipient != "" {
		if hasControl(o.OriginalRecipient) {
			return "", problem(ErrArgument, "ORCPT "+quoted(o.OriginalRecipient))
		}
		b.WriteString(" ORCPT=" + addressType(o.OriginalRecipient))
	}
	return b.String(), nil
}

func checkNotify(notify []string) error {
	for _, n := range notify {
		never := n == "NEVER" && len(notify) == 1
		if !never && !slices.Contains([]string{"SUCCESS", "FAILURE", "DELAY"}, n) {
			return problem(ErrArgument, "NOTIFY "+quoted(strings.Join(notify, ",")))
		}
	}
	return nil
}

// reportParams are RET and ENVID of MAIL (RFC 3461 §4.3 §4.4).
func (c *Client) reportParams(b *strings.Builder, o MailOptions) error {
	if o.Return == "" && o.EnvelopeID == "" {
		return nil
	}
	if err := c.offered("DSN", "for RET and ENVID"); err != nil {
		return err
	}
	if o.Return != "" {
		if o.Return != "FULL" && o.Return != "HDRS" {
			return problem(ErrArgument, "RET "+quoted(o.Return))
		}
		b.WriteString(" RET=" + o.Return)
	}
	if id := o.EnvelopeID; id != "" {
		if len(id) > 100 || !ascii(id) || hasControl(id) {
			return problem(ErrArgument, "ENVID "+quoted(id))
		}
		b.WriteString(" ENVID=" + xtext(id))
	}
	return nil
}

// xtext is RFC 3461 §4: printable ASCII but "+" and "=", the rest as "+XX".
func xtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c > ' ' && c <= '~' && c != '+' && c != '=' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "+%02X", c)
		}
	}
	return b.String()
}

// addressType writes an address with its type: rfc822 of RFC 3461 §4.2, or
// utf-8 of RFC 6533 §3, in the form that any server takes.
func addressType(addr string) string {
	if ascii(addr) {
		return "rfc822;" + xtext(addr)
	}
	var b strings.Builder
	b.WriteString("utf-8;")
	for _, r := range addr {
		if r > ' ' && r <= '~' && r != '+' && r != '=' && r != '\\' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\x{%02X}`, r)
		}
	}
	return b.String()
}
