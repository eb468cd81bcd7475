package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// obliging is a Script's Peer that checks nothing and remembers nothing: where
// answer has no reply of its own ("") each command gets the one that it gets
// when all is well. What a client does that does not look at replies is all its
// own doing.
func obliging(answer func(record.Command) string) func(conform.Env, *harness.Peer) error {
	return func(_ conform.Env, p *harness.Peer) error {
		o := &obligingPeer{Peer: p, answer: answer}
		if p.Send("220 mx.test ESMTP ready\r\n") != nil {
			return nil
		}
		for o.serve() == nil {
		}
		return nil
	}
}

// obligingPeer is one session of an obliging server.
type obligingPeer struct {
	*harness.Peer
	answer func(record.Command) string
	rcpts  []string // that were answered 2yz since the last MAIL
	from   string
}

// serve answers one command. Its error is the end of the session.
func (o *obligingPeer) serve() error {
	c, err := o.ReadLine()
	if err != nil {
		return err
	}
	reply := o.answer(c)
	if reply == "" {
		reply = usual(c.Verb)
	}
	code := record.ParseReply(reply).Code
	o.follow(c, code)
	if err := o.Send(reply); err != nil {
		return err
	}
	switch {
	case c.Verb == "QUIT":
		o.Close()
	case c.Verb == "DATA" && code == 354:
		return o.take()
	}
	return nil
}

// follow keeps the envelope.
func (o *obligingPeer) follow(c record.Command, code int) {
	path, _ := conform.Said{Command: c}.Path()
	switch {
	case c.Verb == "MAIL":
		o.from, o.rcpts = path.Address, nil
	case c.Verb == "RCPT" && code/100 == 2:
		o.rcpts = append(o.rcpts, path.Address)
	}
}

// take reads a message and takes it, for whomever it is.
func (o *obligingPeer) take() error {
	m, err := o.ReadData()
	if err != nil {
		return err
	}
	if err := o.Accept(m, o.from, o.rcpts...); err != nil {
		return err
	}
	return o.Reply(250, "2.0.0 Ok: taken")
}

func usual(verb string) string {
	switch verb {
	case "EHLO", "HELO":
		return "250 mx.test\r\n"
	case "MAIL", "RCPT", "RSET", "NOOP":
		return "250 Ok\r\n"
	case "DATA":
		return "354 Go on\r\n"
	case "QUIT":
		return "221 Bye\r\n"
	}
	return "502 Not implemented\r\n"
}

// refusing is the answer of an obliging server that refuses one verb.
func refusing(verb, reply string) func(record.Command) string {
	return func(c record.Command) string {
		if c.Verb == verb {
			return reply
		}
		return ""
	}
}
