package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
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
		t := &transaction{Peer: p, Env: e, code: code}
		return t.run(func(c record.Command) error { return t.answer(c, data) })
	}
}

// run greets, and has every command answered up to QUIT.
func (t *transaction) run(answer func(record.Command) error) error {
	if err := t.Reply(220, "mx.test ESMTP ready"); err != nil {
		return err
	}
	for {
		c, err := t.ReadLine()
		if err == nil {
			err = answer(c)
		}
		if err != nil || c.Verb == "QUIT" {
			return err
		}
	}
}

func (t *transaction) answer(c record.Command, data func(*transaction) error) error {
	path, _ := conform.Said{Command: c}.Path()
	switch c.Verb {
	case "EHLO", "HELO":
		t.from, t.to = "", nil
		return t.Reply(250, "mx.test")
	case "MAIL":
		t.from, t.to = path.Address, nil
		return t.Reply(250, "Ok")
	case "RCPT":
		t.to = append(t.to, path.Address)
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
		return t.answer(c, nil)
	}
	return t.accept()
}
