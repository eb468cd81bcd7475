package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
	"golang.org/x/text/unicode/norm"
)

var utf8Group = &conform.Group{Name: "utf8", Title: "Internationalized mail",
	Effect: "Addresses and headers beyond ASCII get to servers that cannot read them: mail is refused far from its sender, or goes to somebody else.",
	Fix:    "Use SMTPUTF8 where it is offered inside the session that counts and where the message needs it, and refuse what needs it elsewhere.",
}

// International addresses, and the lines that offer what they need.
const (
	utf8Mailbox = "бат@example.net"
	idnMailbox  = "a@бат.mn"
	nfdMailbox  = "cafe\u0301@example.net" // e and a combining acute, not é
)

var smtpUTF8 = []string{"SMTPUTF8", "8BITMIME"}

// The two servers that most of the group is about.
var (
	utf8NotOffered = &conform.Script{ID: "utf8-addr-not-offered", Text: "SMTPUTF8 is not offered; the recipient is " + utf8Mailbox, Ask: rcpts(utf8Mailbox)}
	utf8Offered    = &conform.Script{ID: "utf8-addr-offered", Text: "SMTPUTF8 and 8BITMIME are offered; the recipient is " + utf8Mailbox, Offer: smtpUTF8, Ask: rcpts(utf8Mailbox)}
	needsAddress   = []conform.Need{conform.NeedRcpt, conform.NeedEHLO}
)

var utf8s = of(utf8Group,
	scenario{ID: "utf8-addr-not-offered", Tier: 1, Title: "A mailbox beyond ASCII, without SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.2 §3.5; 5321 §2.4",
		Expect: "passes: refused by the client; fails: the octets are sent, or SMTPUTF8 is.",
		Needs:  needsAddress,
		Script: utf8NotOffered, Judge: asciiEnvelope},
	scenario{ID: "utf8-addr-offered", Tier: 1, Title: "A mailbox beyond ASCII, with SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.4; 5321 §2.4",
		Expect: "passes: MAIL has SMTPUTF8; n/a: the client refuses, it does not speak SMTPUTF8; fails: the address is sent without the parameter.",
		Needs:  needsAddress,
		Script: utf8Offered, Judge: usesUTF8},
	scenario{ID: "utf8-not-needed", Tier: 1, Title: "No SMTPUTF8 for a message that is all ASCII", Level: rfc.SHOULD, RFC: "6531 §3.4",
		Expect: "passes: MAIL does not have SMTPUTF8; warns: it has, and the next server without it will refuse the message.",
		Needs:  needsEHLO,
		Script: &conform.Script{Text: "SMTPUTF8 and 8BITMIME are offered; all is ASCII", Offer: smtpUTF8}, Judge: notNeeded},
	scenario{ID: "utf8-header-not-offered", Tier: 1, Title: "A header in UTF-8, without SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.2; 6532 §3; 5321 §2.4",
		Expect: "passes: written as encoded-words, or refused by the client; fails: sent as it is.",
		Needs:  []conform.Need{conform.NeedRaw},
		Script: &conform.Script{Text: "SMTPUTF8 is not offered; From and Subject of the message are UTF-8", Ask: askUTF8Header},
		Judge:  headerUTF8},
	scenario{ID: "utf8-header-offered", Tier: 2, Title: "A header in UTF-8, with SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.4; 6532 §3.2; 5321 §2.4",
		Expect: "passes: MAIL has SMTPUTF8, or the header is encoded, or refused by the client; fails: sent as it is, without the parameter.",
		Needs:  []conform.Need{conform.NeedRaw, conform.NeedEHLO},
		Script: &conform.Script{Text: "SMTPUTF8 and 8BITMIME are offered; From and Subject of the message are UTF-8", Offer: smtpUTF8, Ask: askUTF8Header},
		Judge:  headerUTF8},
	scenario{ID: "utf8-param-ignored", Tier: 2, Title: "Parameters behind the keyword are ignored", Level: rfc.MUST, RFC: "6531 §3.1",
		Expect:  "passes: SMTPUTF8 is used as if they were not there; fails: it is taken for not offered.",
		Needs:   needsAddress,
		Script:  &conform.Script{Text: "EHLO is answered \"SMTPUTF8 foo=1\"; the recipient is " + utf8Mailbox, Offer: smtpUTF8, Rules: []harness.Rule{capable("8BITMIME", "SMTPUTF8 foo=1")}, Ask: rcpts(utf8Mailbox)},
		Scripts: []*conform.Script{utf8Offered}, Judge: asWithoutParameters},
	scenario{ID: "utf8-idn-only", Tier: 2, Title: "An international domain, without SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.2; 5321 §2.4",
		Expect: "passes: the domain is sent as A-labels, or refused by the client; fails: its octets are sent.",
		Needs:  []conform.Need{conform.NeedRcpt},
		Script: &conform.Script{Text: "SMTPUTF8 is not offered; the recipient is " + idnMailbox, Ask: rcpts(idnMailbox)},
		Judge:  asciiEnvelope},
	scenario{ID: "utf8-normalisation", Tier: 2, Title: "Octets of a local-part are kept", Level: rfc.SHOULD, RFC: "6531 §3.3; 6532 §3.1",
		Expect: "passes: sent as it is, or in normalisation form C; warns: changed otherwise.",
		Needs:  needsAddress,
		Script: &conform.Script{Text: "SMTPUTF8 and 8BITMIME are offered; the local-part of the recipient has a combining character", Offer: smtpUTF8, Ask: rcpts(nfdMailbox)},
		Judge:  keepsOctets},
	scenario{ID: "utf8-lost-after-tls", Tier: 2, Title: "SMTPUTF8 is offered before TLS only", Level: rfc.MUST, RFC: "3207 §4.2; 6531 §3.2",
		Expect: "passes: SMTPUTF8 is not used, and the address not sent; n/a: it is sent without SMTPUTF8 where that was never offered too; fails: SMTPUTF8 is used, or the address sent as it would not be otherwise.",
		Fix:    "Forget what was learnt before the handshake, and send EHLO again inside TLS.",
		Needs:  []conform.Need{conform.NeedRcpt, conform.NeedStartTLS},
		Script: &conform.Script{Text: "SMTPUTF8 is offered in the clear, and not inside TLS; the recipient is " + utf8Mailbox, Offer: smtpUTF8, TLS: conform.STARTTLS, Ask: rcpts(utf8Mailbox),
			Rules: []harness.Rule{harness.On(harness.EHLO).InsideTLS().Withhold("SMTPUTF8")}},
		Scripts: []*conform.Script{utf8NotOffered}, Judge: forgetsUTF8},
	scenario{ID: "utf8-reply-text", Tier: 2, Title: "UTF-8 in the text of 251", Level: rfc.MUST, RFC: "6531 §3.7.4.1",
		Expect: "passes: delivered; n/a: the client does not speak SMTPUTF8; fails: anything else.",
		Needs:  needsAddress,
		Script: &conform.Script{Text: "SMTPUTF8 and 8BITMIME are offered; RCPT is answered 251 with an address in UTF-8", Offer: smtpUTF8, Ask: rcpts(utf8Mailbox),
			Rules: []harness.Rule{harness.On(harness.RCPT).Reply(251, "2.1.5 will forward to <шинэ@example.mn>")}},
		Judge: utf8Reply},
)

// askUTF8Header asks for a raw message with UTF-8 in its header.
func askUTF8Header(_ conform.Env, j *record.Job) {
	mime := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
	raw := strings.NewReplacer("From: Sender", "From: Бат", "Subject: header", "Subject: Сайн байна уу", "\r\n\r\n", "\r\n"+mime).
		Replace(string(conform.RawMessage("header", "ASCII text\r\n")))
	j.Messages = []record.Draft{{Raw: []byte(raw)}}
}

// asciiEnvelope fails where an address beyond ASCII or SMTPUTF8 was sent to a
// server that does not offer it. What went in clear before TLS, where it may
// have been offered, is no transaction.
func asciiEnvelope(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("MAIL", "RCPT") {
		if _, ok := eightBit([]byte(said.Line)); ok {
			return c.Breach("an address beyond ASCII was sent: %s", shown(said.Line)).At(c.Mark(said))
		}
		if _, ok := parameter(said, "SMTPUTF8"); ok {
			return c.Breach("SMTPUTF8 was sent, which was not offered").At(c.Mark(said))
		}
	}
	switch {
	case len(c.Messages()) > 0:
		return c.Pass("sent to %s", shown(strings.Join(c.Messages()[0].Envelope.To(), ", ")))
	case c.Outcome.Class == conform.OK:
		return c.Fail("reported success, but nothing was sent")
	case c.Outcome.Class == conform.Queued:
		return c.Inconclusive("queued, and not sent within the run")
	}
	return c.Pass("refused: %s", c.Told())
}

// forgetsUTF8 compares with a server that never offers SMTPUTF8: a client that
// sends the address there remembers nothing by sending it here.
func forgetsUTF8(c *conform.Case) conform.Verdict {
	v := asciiEnvelope(c)
	if _, _, used := with(c, "SMTPUTF8"); used || v.Word != conform.Fail {
		return v
	}
	for _, said := range c.On(1).Said("MAIL", "RCPT") {
		if _, anyway := eightBit([]byte(said.Line)); anyway {
			return c.NotApplicable("it sends such an address without SMTPUTF8, wherever that is offered: %s", shown(said.Line))
		}
	}
	return v
}

// usesUTF8 fails where an address beyond ASCII comes without the parameter.
func usesUTF8(c *conform.Case) conform.Verdict {
	declared := false
	for _, said := range c.Said("MAIL", "RCPT") {
		if said.Verb == "MAIL" {
			_, declared = parameter(said, "SMTPUTF8")
		}
		if _, ok := eightBit([]byte(said.Line)); ok && !declared {
			return c.Breach("%s was sent without SMTPUTF8", shown(said.Line)).At(c.Mark(said))
		}
	}
	if _, _, used := with(c, "SMTPUTF8"); !used {
		return c.NotApplicable("the client does not speak SMTPUTF8: %s", c.Told())
	}
	return conform.Delivered(c)
}

func notNeeded(c *conform.Case) conform.Verdict {
	mail, ok := c.First("MAIL")
	if !ok {
		return c.Inconclusive("no MAIL was sent: %s", c.Told())
	}
	if said, _, ok := with(c, "SMTPUTF8"); ok {
		return c.Breach("SMTPUTF8 was sent, and nothing needs it").At(c.Mark(said))
	}
	return c.Pass("no SMTPUTF8 was sent").At(c.Mark(mail))
}

// headerUTF8 fails where a header in UTF-8 came without SMTPUTF8.
func headerUTF8(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		for _, m := range s.Messages {
			line, raw := eightBit(headerOf(m))
			if _, declared := m.Envelope.Params["SMTPUTF8"]; raw && !declared {
				return c.Breach("a header line beyond ASCII was sent without SMTPUTF8: \"%s\"", shown(string(line))).At(c.Mark(carrier(s, m)))
			}
		}
	}
	return encodedOrRefused(c)
}

// asWithoutParameters compares with the server that offers the keyword alone.
func asWithoutParameters(c *conform.Case) conform.Verdict {
	if _, _, used := with(c.On(1), "SMTPUTF8"); !used {
		return c.NotApplicable("the client does not speak SMTPUTF8")
	}
	if _, _, used := with(c, "SMTPUTF8"); !used {
		return c.Breach("SMTPUTF8 was taken for not offered: %s", c.Told())
	}
	return c.Pass("SMTPUTF8 was used")
}

func keepsOctets(c *conform.Case) conform.Verdict {
	rcpt, ok := c.First("RCPT")
	if !ok {
		return c.NotApplicable("the client does not speak SMTPUTF8: %s", c.Told())
	}
	if strings.Contains(rcpt.Arg, "<"+nfdMailbox+">") || strings.Contains(rcpt.Arg, "<"+norm.NFC.String(nfdMailbox)+">") {
		return c.Pass("sent as %s", shown(rcpt.Arg))
	}
	return c.Breach("the local-part was changed: %s", shown(rcpt.Arg)).At(c.Mark(rcpt))
}

func utf8Reply(c *conform.Case) conform.Verdict {
	if _, _, used := with(c, "SMTPUTF8"); !used {
		return c.NotApplicable("the client does not speak SMTPUTF8: %s", c.Told())
	}
	return conform.Delivered(c)
}
