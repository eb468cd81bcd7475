package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
)

// transaction is what a peer knows when it has said 354.
type transaction struct {
	*harness.Peer
	conform.Env
	code int // that answers DATA
	from string
	to   []string
}

// behind354 is a good server without extensions up to the 354; what comes then
// is for data. When that returns nil, the session goes on.
func behind354(data func(*transaction) error) func(conform.Env, *harness.Peer) error {
	return behind(354, data)
}

// behind is behind354 with another code.
func behind(code int, data func(*transaction) error) func(conform.Env, *harness.Peer) error {
	return func(e conform.Env, p *harness.Peer) error {
		if err := p.Reply(220, "mx.test"); err != nil {
			return err
		}
		t := &transaction{Peer: p, Env: e, code: code}
		for {
			c, err := p.ReadLine()
			if err == nil {
				err = t.answer(c.Verb, c.Arg, data)
			}
			if err != nil || c.Verb == "QUIT" {
				return err
			}
		}
	}
}

func (t *transaction) answer(verb, arg string, data func(*transaction) error) error {
	switch verb {
	case "EHLO", "HELO":
		t.from, t.to = "", nil
		return t.Reply(250, "mx.test")
	case "MAIL":
		t.from, t.to = path(arg), nil
		return t.Reply(250, "Ok")
	case "RCPT":
		t.to = append(t.to, path(arg))
		return t.Reply(250, "Ok")
	case "DATA":
		return t.open(data)
	case "RSET":
		t.from, t.to = "", nil
		return t.Reply(250, "Ok")
	case "NOOP":
		return t.Reply(250, "Ok")
	case "QUIT":
		return t.Reply(221, "Bye")
	}
	return t.Reply(502, "Command not implemented")
}

func (t *transaction) open(data func(*transaction) error) error {
	if len(t.to) == 0 {
		return t.Reply(503, "Bad sequence of commands")
	}
	if err := t.Reply(t.code, "Go ahead"); err != nil {
		return err
	}
	return data(t)
}

// accept reads the message and takes it.
func (t *transaction) accept() error {
	m, err := t.ReadData()
	if err != nil {
		return err
	}
	if err := t.Accept(m, t.from, t.to...); err != nil {
		return err
	}
	t.to = nil
	return t.Reply(250, "Ok")
}

// acceptOrQuit is accept for a client that may have taken the reply to DATA for a
// refusal: QUIT and RSET are no lines of a message then.
func (t *transaction) acceptOrQuit() error {
	c, err := t.ReadLine()
	switch {
	case err != nil:
		return err
	case c.Verb == "QUIT" || c.Verb == "RSET":
		return t.answer(c.Verb, c.Arg, nil)
	}
	return t.accept()
}

// path returns what stands between the brackets of MAIL and RCPT.
func path(arg string) string {
	_, rest, _ := strings.Cut(arg, "<")
	path, _, _ := strings.Cut(rest, ">")
	return path
}
