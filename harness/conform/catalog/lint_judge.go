package catalog

import (
	"bytes"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	rules "github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// keeps fails where a message breaks the rule of package lint with that ID.
func keeps(id string) judge {
	rule, ok := rules.ByID(id)
	if !ok || rule.Message == nil {
		panic("catalog: package lint has no rule " + id + " for messages")
	}
	return func(c *conform.Case) conform.Verdict {
		for _, m := range c.Messages() {
			if found := rule.Message(m); len(found) > 0 {
				text := found[0].Text
				if found[0].Octets != "" {
					text += ": \"" + shown(found[0].Octets) + "\""
				}
				return c.Breach("%s", text).At(c.Mark(said(c, m)))
			}
		}
		if v, none := nothingComposed(c); none {
			return v
		}
		return c.Pass("%s", rule.Text)
	}
}

// said returns the command that a message of the case came with.
func said(c *conform.Case, m *record.Message) conform.Said {
	for _, s := range c.Own() {
		if s.ID == m.Session {
			return carrier(s, m)
		}
	}
	return conform.Said{Session: &record.Session{}}
}

// nothingComposed is the verdict where no message came.
func nothingComposed(c *conform.Case) (conform.Verdict, bool) {
	switch {
	case len(c.Messages()) > 0:
		return conform.Verdict{}, false
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but nothing was sent"), true
	}
	return c.Inconclusive("no message was sent: %s", c.Told()), true
}

// orRefuses passes where the client refused to compose such a message, and said
// so before it had sent anything of it.
func orRefuses(of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if len(c.Messages()) == 0 && c.Outcome.Failure() {
			return c.Pass("refused: %s", c.Told())
		}
		return of(c)
	}
}

// asInfo makes an Info of a warning.
func asInfo(of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		v := of(c)
		if v.Word == conform.Warn {
			v.Word = conform.Info
		}
		return v
	}
}

// field returns a field of the header, unfolded, of the first message. Its
// encoded-words are as sent: decoded before a list is taken apart, they would
// lend it commas and brackets that it does not have (RFC 2047 §6.2).
func field(c *conform.Case, name string) (string, bool) {
	if len(c.Messages()) == 0 {
		return "", false
	}
	header := message.Parse(c.Messages()[0].Raw()).Header()
	return header.Mail().Get(name), header.Has(name)
}

// dateIsNow compares Date with the start of the run.
func dateIsNow(c *conform.Case) conform.Verdict {
	text, ok := field(c, "Date")
	if !ok {
		return c.Pass("there is no Date to compare")
	}
	date, err := netmail.ParseDate(text)
	if err != nil {
		return c.Pass("Date cannot be compared")
	}
	if off := date.Sub(c.Started).Abs(); off > time.Hour {
		return c.Warn("Date is %v off: %s", off.Round(time.Minute), shown(text))
	}
	return c.Pass("Date is that of the run")
}

// whereAuthors asks a judge where From has as many mailboxes.
func whereAuthors(n int, of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		text, _ := field(c, "From")
		list, err := netmail.ParseAddressList(text)
		if c.Outcome.Failure() || err == nil && len(list) != n {
			return c.NotApplicable("the client takes no From with %d mailboxes", n)
		}
		return of(c)
	}
}

func oneAuthor(c *conform.Case) conform.Verdict {
	if v, none := nothingComposed(c); none {
		return v
	}
	text, _ := field(c, "From")
	list, err := netmail.ParseAddressList(text)
	if err != nil || len(list) != 1 || list[0].Address != "sender@example.org" {
		return c.Breach("From is not the mailbox that was given: %s", shown(text))
	}
	return c.Pass("From is one mailbox")
}

// ownMessageID compares the messages of all scripts.
func ownMessageID(c *conform.Case) conform.Verdict {
	seen := map[string]bool{}
	for i := range c.Trials {
		id, ok := field(c.On(i), "Message-ID")
		if ok && seen[id] {
			return c.Breach("two messages have the Message-ID %s", shown(id))
		}
		seen[id] = true
	}
	return c.Pass("each message has its own Message-ID")
}

// namesNot fails where a message holds an address.
func namesNot(address string) judge {
	return func(c *conform.Case) conform.Verdict {
		for _, m := range c.Messages() {
			if bytes.Contains(headerOf(m), []byte(address)) {
				return c.Breach("the header names %s", address).At(c.Mark(said(c, m)))
			}
		}
		return c.Pass("the header does not name %s", address)
	}
}

func tellsBcc(c *conform.Case) conform.Verdict {
	if v, none := nothingComposed(c); none {
		return v
	}
	if _, ok := field(c, "Bcc"); ok {
		return c.Info("the Bcc field is sent")
	}
	return c.Info("the Bcc field is removed")
}

var injected = regexp.MustCompile(`(?im)^bcc\s*:|^owned`)

// keptInside fails where line ends of a value had an effect. A message that is
// refused, or a value that is encoded or cut, is as good as another.
func keptInside(c *conform.Case) conform.Verdict {
	for _, rcpt := range c.Said("RCPT") {
		if strings.Contains(rcpt.Arg, "evil@") {
			return c.Breach("a recipient was injected: %s", shown(rcpt.Line)).At(c.Mark(rcpt))
		}
	}
	for _, m := range c.Messages() {
		if at := injected.FindIndex(m.Raw()); at != nil {
			return c.Breach("what was injected begins a line: \"%s\"", shown(string(m.Raw()[at[0]:]))).At(c.Mark(said(c, m)))
		}
	}
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but nothing was sent")
	case len(c.Messages()) > 0:
		return c.Pass("sent without effect")
	case c.Outcome.Class == conform.Queued:
		return c.Inconclusive("queued, and not sent within the run")
	}
	return c.Pass("refused: %s", c.Told())
}

// textIsRead fails where the text that was given cannot be read.
func textIsRead(c *conform.Case) conform.Verdict {
	if v, none := nothingComposed(c); none {
		return v
	}
	if v := keeps("lint-charset")(c); v.Word != conform.Pass {
		return v
	}
	for _, m := range c.Messages() {
		if text := message.Parse(m.Raw()).Text(); !strings.Contains(text, cyrillicText) {
			return c.Breach("the text reads \"%s\"", shown(text)).At(c.Mark(said(c, m)))
		}
	}
	return c.Pass("the text can be read as it was written")
}

func tellsAgreement(c *conform.Case) conform.Verdict {
	if v, none := nothingComposed(c); none {
		return v
	}
	text, _ := field(c, "From")
	from, err := netmail.ParseAddress(text)
	if err == nil && conform.SameMailbox(from.Address, c.Messages()[0].Envelope.From) {
		return c.Info("From is the reverse-path")
	}
	return c.Info("From is %s, the reverse-path %s", shown(text), shown(c.Messages()[0].Envelope.From))
}
