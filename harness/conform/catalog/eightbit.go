package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var eightBitGroup = &conform.Group{Name: "8bit", Title: "8-bit content",
	Effect: "A server that takes 7 bits may clear the eighth one or refuse the message, and its readers see other letters than were written.",
	Fix:    "Encode 8-bit text in quoted-printable or base64 where 8BITMIME is not offered, and declare BODY=8BITMIME where it is.",
}

// ask8bit asks for a text that needs 8 bits.
func ask8bit(e conform.Env, j *record.Job) {
	const text = "Сайн байна уу\r\n"
	j.Messages = []record.Draft{{Subject: "8bit", Text: text}}
	if !e.Profile.Composes() {
		mime := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
		raw := strings.Replace(string(conform.RawMessage("8bit", text)), "\r\n\r\n", "\r\n"+mime, 1)
		j.Messages = []record.Draft{{Raw: []byte(raw)}}
	}
}

// offers8bit is shared by what is asked of 7-bit content.
var offers8bit = &conform.Script{ID: "8bitmime", Text: "8BITMIME is offered", Offer: []string{"8BITMIME"}}

var eightBits = of(eightBitGroup,
	scenario{ID: "8bit-not-offered", Tier: 1, Title: "No 8-bit content for a 7-bit server", Level: rfc.MUST, RFC: "5321 §2.4; 6152 §3",
		Expect: "passes: the text is encoded, or refused by the client; fails: octets beyond ASCII are sent, or BODY= is.",
		Script: &conform.Script{Text: "8BITMIME is not offered", Ask: ask8bit},
		Judge:  sevenBitOnly},
	scenario{ID: "8bit-offered", Tier: 1, Title: "BODY=8BITMIME is declared for 8-bit content", Level: rfc.MUST, RFC: "6152 §3",
		Expect: "passes: BODY=8BITMIME, or the text is encoded; fails: octets beyond ASCII without BODY=.",
		Script: &conform.Script{Text: "8BITMIME is offered", Offer: []string{"8BITMIME"}, Ask: ask8bit},
		Judge:  declares8bit},
	scenario{ID: "8bit-ascii", Tier: 2, Title: "BODY for 7-bit content", Level: rfc.INFO, RFC: "6152 §3",
		Expect: "tells which BODY= is declared.",
		Script: offers8bit, Judge: tellsBody},
	scenario{ID: "8bit-needs-mime", Tier: 2, Title: "8-bit content is MIME", Level: rfc.MUST, RFC: "5321 §2.4; 6152 §3",
		Expect: "passes: encoded, or refused by the client; warns: sent as it is, without the header fields that say what it is.",
		Needs:  []conform.Need{conform.NeedRaw},
		Script: &conform.Script{Text: "8BITMIME is offered; the message has 8-bit text and no header fields of MIME", Offer: []string{"8BITMIME"},
			Ask: func(_ conform.Env, j *record.Job) {
				j.Messages = []record.Draft{{Raw: conform.RawMessage("no MIME", "Сайн байна уу\r\n")}}
			}},
		Judge: needsMIME},
	scenario{ID: "8bit-555", Tier: 2, Title: "BODY is refused", Level: rfc.SHOULD, RFC: "5321 §4.1.1.11",
		Expect: "passes: a permanent failure, or sent encoded; warns: another class, or no code; fails: success without delivery.",
		Needs:  []conform.Need{conform.Need8bit},
		Script: &conform.Script{Text: "8BITMIME is offered; MAIL with BODY= is answered 555", Offer: []string{"8BITMIME"}, Ask: ask8bit,
			Rules: []harness.Rule{harness.On(harness.MAIL).Arg("* BODY=*").Reply(555, "5.5.4 BODY is not implemented")}},
		Judge: bodyRefused},
)

// sevenBitOnly fails where 8-bit content or its parameter was sent.
func sevenBitOnly(c *conform.Case) conform.Verdict {
	if said, _, ok := with(c, "BODY"); ok {
		return c.Breach("BODY= was sent, which was not offered").At(c.Mark(said))
	}
	if line, said, ok := sent8bit(c); ok {
		return c.Breach("octets beyond ASCII were sent: \"%s\"", shown(line)).At(c.Mark(said))
	}
	return encodedOrRefused(c)
}

func encodedOrRefused(c *conform.Case) conform.Verdict {
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but nothing was sent")
	case len(c.Messages()) > 0:
		return c.Pass("the text was encoded")
	case c.Outcome.Class == conform.Queued:
		return c.Inconclusive("queued, and not sent within the run")
	}
	return c.Pass("refused: %s", c.Told())
}

func declares8bit(c *conform.Case) conform.Verdict {
	line, said, ok := sent8bit(c)
	if !ok {
		return encodedOrRefused(c)
	}
	for _, mail := range c.Said("MAIL") {
		if value, _ := parameter(mail, "BODY"); mail.Session == said.Session && strings.EqualFold(value, "8BITMIME") {
			return c.Pass("BODY=8BITMIME was declared")
		}
	}
	return c.Breach("octets beyond ASCII were sent without BODY=8BITMIME: \"%s\"", shown(line)).At(c.Mark(said))
}

// sent8bit returns the first line with octets beyond ASCII in the messages that
// the server took, and the command that they came with.
func sent8bit(c *conform.Case) (line string, said conform.Said, ok bool) {
	for _, s := range c.Own() {
		for _, m := range s.Messages {
			if line, ok := eightBit(m.Raw()); ok {
				return string(line), carrier(s, m), true
			}
		}
	}
	return "", conform.Said{}, false
}

// carrier returns the command that a message came with.
func carrier(s *record.Session, m *record.Message) conform.Said {
	for i, command := range s.Commands {
		if command.Stage() == record.BODY && command.Reply.At == m.Reply.At {
			return conform.Said{Command: command, Session: s, Index: i + 1}
		}
	}
	return conform.Said{Session: s}
}

func tellsBody(c *conform.Case) conform.Verdict {
	mail, ok := c.First("MAIL")
	if !ok {
		return c.Inconclusive("no MAIL was sent: %s", c.Told())
	}
	if value, ok := parameter(mail, "BODY"); ok {
		return c.Info("BODY=%s", shown(value)).At(c.Mark(mail))
	}
	return c.Info("no BODY=")
}

func needsMIME(c *conform.Case) conform.Verdict {
	for _, m := range c.Messages() {
		_, raw := eightBit(m.Raw())
		if header := strings.ToLower(string(headerOf(m))); raw && !strings.Contains("\r\n"+header, "\r\nmime-version:") {
			return c.Warn("8-bit text was sent in a message without MIME-Version")
		}
	}
	return encodedOrRefused(c)
}

func bodyRefused(c *conform.Case) conform.Verdict {
	if _, _, ok := with(c, "BODY"); !ok {
		return c.NotApplicable("no BODY= was declared")
	}
	if len(c.Messages()) == 0 {
		return conform.Refused(conform.Perm, 555)(c)
	}
	if line, said, ok := sent8bit(c); ok {
		return c.Warn("octets beyond ASCII were sent although BODY= was refused: \"%s\"", shown(line)).At(c.Mark(said))
	}
	return conform.Delivered(c)
}
