package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// notInjected judges a job whose address has a line end and further commands
// in it; the last of them is verb with this address.
func notInjected(verb, address string) judge {
	return func(c *conform.Case) conform.Verdict {
		if said, ok := secondOf(c, verb, address); ok {
			return c.Breach("what stands behind the line end reached the server: %s", shown(said.Line)).At(c.Mark(said))
		}
		if said, ok := rsetInside(c); ok && verb == "MAIL" {
			return c.Breach("the RSET behind the line end reached the server").At(c.Mark(said))
		}
		said, came := c.First(verb)
		switch {
		case !came:
			return refusedHere(c)
		case strings.Contains(said.Line, "\r"):
			return c.Breach("a CR was sent within %s: %s", verb, shown(said.Line)).At(c.Mark(said))
		}
		return c.Warn("sent in another form: %s", shown(said.Line)).At(c.Mark(said))
	}
}

// secondOf finds verb with this address behind another of its kind. Alone it is
// what a parser made of the whole: the line end was not sent, and nothing ran
// that stands behind it.
func secondOf(c *conform.Case, verb, address string) (conform.Said, bool) {
	begun := map[int]bool{}
	for _, said := range c.Said(verb) {
		p, _ := said.Path()
		if begun[said.Session.ID] && conform.SameMailbox(p.Address, address) {
			return said, true
		}
		begun[said.Session.ID] = true
	}
	return conform.Said{}, false
}

// rsetInside finds an RSET right behind MAIL that the server had accepted, where
// no client has a reason for one.
func rsetInside(c *conform.Case) (conform.Said, bool) {
	open := false
	for said := range c.All() {
		if open && said.Verb == "RSET" && said.Pipelined {
			return said, true
		}
		open = said.Verb == "MAIL"
	}
	return conform.Said{}, false
}

// parameterKeptIn judges what became of b@example.net>NOTIFY=NEVER.
func parameterKeptIn(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("RCPT") {
		p, _ := said.Path()
		switch {
		case conform.SameMailbox(p.Address, "b@example.net") && len(p.Parameter) > 0:
			return c.Warn("the end of the address stands outside its path: %s", shown(said.Line)).At(c.Mark(said))
		case !strings.HasPrefix(p.Address, `"b@example.net>`):
			return c.Warn("sent in another form: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	if said, ok := c.First("RCPT"); ok {
		return c.Pass("quoted: %s", shown(said.Line))
	}
	return refusedHere(c)
}

// oneMailbox judges a quoted local-part that looks like another address.
func oneMailbox(c *conform.Case) conform.Verdict {
	rcpts := c.Said("RCPT")
	for _, said := range rcpts {
		switch p, _ := said.Path(); {
		case conform.SameMailbox(p.Address, quotedMailbox) || unquoted(p.Address) == unquoted(quotedMailbox):
		case strings.HasPrefix(p.Address, "@"):
			return c.Warn("no mailbox was addressed: %s", shown(said.Line)).At(c.Mark(said))
		default:
			return c.Breach("another mailbox was addressed: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	if len(rcpts) > 0 {
		return c.Pass("sent as given")
	}
	return refusedHere(c)
}

// oneOfTwo judges an address that looks like a list. Command lines often take
// lists, so that two recipients are no more than a warning.
func oneOfTwo(c *conform.Case) conform.Verdict {
	rcpts := c.Said("RCPT")
	for _, said := range rcpts {
		p, _ := said.Path()
		whole := strings.Contains(p.Address, ",")
		if !whole && !conform.SameMailbox(p.Address, "a@x") && !conform.SameMailbox(p.Address, "b@y") {
			return c.Breach("another mailbox was addressed: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	a, b := len(c.Paths("RCPT", "a@x")) > 0, len(c.Paths("RCPT", "b@y")) > 0
	switch {
	case a && b:
		return c.Warn("one recipient was taken for two").At(c.Mark(rcpts[0]))
	case a || b:
		return c.Breach("one of the two was addressed: %s", shown(rcpts[0].Line)).At(c.Mark(rcpts[0]))
	case len(rcpts) > 0:
		return c.Pass("sent as given: %s", shown(rcpts[0].Line))
	}
	return refusedHere(c)
}
