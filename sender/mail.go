package sender

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Body is the BODY parameter of MAIL (RFC 6152, RFC 3030).
type Body string

// The kinds of body. The empty Body sends no parameter.
const (
	SevenBit Body = "7BIT"
	EightBit Body = "8BITMIME"
	Binary   Body = "BINARYMIME" // goes by BDAT only, and as it is
)

// MailOptions are the parameters of MAIL. One that is set and not offered is an
// error that matches ErrNotOffered, except Size, which is a courtesy.
type MailOptions struct {
	// Size is the number of octets of the message with CRLF line ends (RFC
	// 1870). More than the server takes is ErrTooLarge. Send fills it in.
	Size int64
	// Body says what octets the message has. Send fills it in.
	Body Body
	// UTF8 sends SMTPUTF8 (RFC 6531). Send sets it where it is needed, Mail for
	// a reverse-path that needs it.
	UTF8 bool
	// Return is RET, "FULL" or "HDRS": what a report brings back (RFC 3461 §4.3).
	Return string
	// EnvelopeID is ENVID, printable ASCII (RFC 3461 §4.4).
	EnvelopeID string
	// AuthorizedBy is AUTH=, a mailbox or "<>" (RFC 4954 §5).
	AuthorizedBy string
	// RequireTLS asks every server on the way for verified TLS (RFC 8689). The
	// session must have it itself.
	RequireTLS bool
}

// transaction is the one that MAIL opened.
type transaction struct {
	opts     MailOptions
	result   *Result
	accepted []int // of result.Recipients
}

// Mail opens a transaction with its reverse-path, an address without brackets;
// "" is the null path. Nil opts are the zero MailOptions. A transaction that is
// still open is given up with RSET. The error is an *Error; when the argument is
// at fault nothing was sent.
func (c *Client) Mail(ctx context.Context, from string, opts *MailOptions) error {
	if opts == nil {
		opts = &MailOptions{}
	}
	cmd, o, err := c.mailCommand(from, *opts)
	if err != nil {
		return c.errorAt(command{step: StepMail}, err)
	}
	if err := c.fresh(ctx); err != nil {
		return err
	}
	c.open(o, &Result{From: from})
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		c.tx = nil
		return err
	}
	return c.mailReply(cmd, r)
}

// fresh gives up an open transaction: MAIL must not be nested (RFC 5321 §4.1.4).
func (c *Client) fresh(ctx context.Context) error {
	if c.tx == nil {
		return nil
	}
	return c.Reset(ctx)
}

func (c *Client) open(opts MailOptions, result *Result) {
	c.started++
	c.tx = &transaction{opts: opts, result: result}
	c.last = result
}

func (c *Client) mailReply(cmd command, r Reply) error {
	c.tx.result.Mail = r
	err := c.want(cmd, r)
	if err != nil {
		c.tx = nil
	}
	return err
}

// mailCommand writes MAIL and returns the options that it came to.
func (c *Client) mailCommand(from string, o MailOptions) (command, MailOptions, error) {
	path, err := reversePath(from)
	if err != nil {
		return command{}, o, err
	}
	o.UTF8 = o.UTF8 || path.needsUTF8()
	params, err := c.mailParams(o)
	if err != nil {
		return command{}, o, err
	}
	return command{step: StepMail, line: "MAIL FROM:<" + path.String() + ">" + params}, o, nil
}

func (c *Client) mailParams(o MailOptions) (string, error) {
	var b strings.Builder
	if limit := c.extensions.MaxSize(); limit > 0 && o.Size > limit {
		return "", problem(ErrTooLarge, fmt.Sprintf("message of %d octets, limit %d", o.Size, limit))
	}
	if o.Size > 0 && c.extensions.Has("SIZE") {
		b.WriteString(" SIZE=" + strconv.FormatInt(o.Size, 10))
	}
	if err := c.utf8Offered(o.UTF8); err != nil {
		return "", err
	}
	if err := c.bodyParam(&b, o.Body); err != nil {
		return "", err
	}
	if o.UTF8 {
		b.WriteString(" SMTPUTF8")
	}
	if err := c.reportParams(&b, o); err != nil {
		return "", err
	}
	if err := c.authParam(&b, o.AuthorizedBy); err != nil {
		return "", err
	}
	err := c.requireTLSParam(&b, o.RequireTLS)
	return b.String(), err
}

func (c *Client) offered(keyword, why string) error {
	if c.extensions.Has(keyword) {
		return nil
	}
	return problem(ErrNotOffered, strings.TrimSpace(keyword+" "+why))
}

// utf8Offered is asked before the body is: SMTPUTF8 brings 8BITMIME along (RFC
// 6531 §3.1), so that its absence is the one that says why.
func (c *Client) utf8Offered(needed bool) error {
	if !needed {
		return nil
	}
	return c.offered("SMTPUTF8", "for an address or header in UTF-8")
}

// bodyParam: without 8BITMIME a body is 7-bit and nothing needs to be said.
func (c *Client) bodyParam(b *strings.Builder, body Body) error {
	var err error
	switch body {
	case "":
		return nil
	case SevenBit:
		if !c.extensions.Has("8BITMIME") {
			return nil
		}
	case EightBit:
		err = c.offered("8BITMIME", "for 8-bit content")
	case Binary:
		if err = c.offered("BINARYMIME", ""); err == nil {
			err = c.offered("CHUNKING", "for BINARYMIME")
		}
	default:
		err = problem(ErrArgument, "BODY "+quoted(string(body)))
	}
	b.WriteString(" BODY=" + string(body))
	return err
}

func (c *Client) authParam(b *strings.Builder, identity string) error {
	if identity == "" {
		return nil
	}
	if err := c.offered("AUTH", "for AUTH= of MAIL"); err != nil {
		return err
	}
	if identity != "<>" {
		path, err := parseMailbox(identity)
		if err != nil || path.needsUTF8() {
			return problem(ErrArgument, "AUTH= "+quoted(identity))
		}
		identity = path.String()
	}
	b.WriteString(" AUTH=" + xtext(identity))
	return nil
}

// requireTLSParam is RFC 8689 §4.2.1: offered inside TLS, by a server that
// proved its name.
func (c *Client) requireTLSParam(b *strings.Builder, asked bool) error {
	if !asked {
		return nil
	}
	if !c.verified() {
		return problem(ErrInsecure, "REQUIRETLS needs a verified server")
	}
	b.WriteString(" REQUIRETLS")
	return c.offered("REQUIRETLS", "")
}
