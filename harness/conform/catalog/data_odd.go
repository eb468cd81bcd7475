package catalog

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Messages that are none yet: a client has to make them one, or refuse them.

var dataOdd = of(dataGroup,
	scenario{ID: "data-lf-input", Tier: 1, Title: "LF becomes CRLF", Level: rfc.MUST, RFC: "5321 §2.3.8",
		Expect: "passes: CRLF on the wire; warns: the message is refused; fails: LF alone on the wire", Needs: needRaw,
		Script: raw("the lines of the message end in LF", withLF(conform.RawMessage("LF", "one line\r\n.another\r\n"))), Judge: crlfSent},
	scenario{ID: "data-bare-cr-input", Tier: 1, Title: "No CR alone", Level: rfc.MUST, RFC: "5321 §2.3.8",
		Expect: "passes: refused, encoded or converted; fails: CR alone on the wire", Needs: needRaw,
		Script: rawBody("a line of the message has a CR in the middle", "CR", "foo\rbar\r\n"), Judge: noBareCR},
	scenario{ID: "data-nul", Tier: 2, Title: "NUL", Level: rfc.SHOULD, RFC: "5322 §2.1; 5321 §4.1.1.4",
		Expect: "passes: refused or encoded; warns: sent as it is, or left out; fails: the message ends at the NUL", Needs: needRaw,
		Script: rawBody("a line of the message has a NUL in the middle", "NUL", "before\x00behind\r\nthe last line\r\n"), Judge: nul},
	scenario{ID: "data-long-line", Tier: 1, Title: "A line of more than 998 octets", Level: rfc.SHOULD, RFC: "5321 §4.5.3.1.6; 5322 §2.1.1",
		Expect: "passes: refused or encoded; warns: sent as it is, or broken into several lines; fails: octets of it are lost", Needs: needRaw,
		Effect: "Servers cut the line, break it, or refuse the message.",
		Fix:    "Encode text with long lines as quoted-printable or base64, or refuse it.",
		Script: rawBody("the message has a line of 2500 octets", "A long line", longLine+"\r\nthe last line\r\n"), Judge: longLineSent},
)

func withLF(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")) }

func crlfSent(c *conform.Case) conform.Verdict {
	if a, _, found := c.Anomaly("bare-lf-in-data"); found {
		return c.Breach(`LF alone was sent: "%s"`, record.Escape(a.Octets))
	}
	if declined(c) {
		return c.Warn("it refuses a message with LF: %s", c.Told())
	}
	return each(func(c *conform.Case, m *record.Message) conform.Verdict {
		return same(c, bodyOf(m.Raw()), []byte("one line\r\n.another\r\n"))
	})(c)
}

func noBareCR(c *conform.Case) conform.Verdict {
	if a, _, found := c.Anomaly("bare-cr-in-data"); found {
		return c.Breach(`CR alone was sent: "%s"`, record.Escape(a.Octets))
	}
	if declined(c) {
		return c.Pass("it refuses a message with CR alone: %s", c.Told())
	}
	return conform.Delivered(c)
}

func nul(c *conform.Case) conform.Verdict {
	if declined(c) {
		return c.Pass("it refuses a message with NUL: %s", c.Told())
	}
	return each(func(c *conform.Case, m *record.Message) conform.Verdict {
		body := bodyOf(m.Raw())
		switch {
		case bytes.IndexByte(m.Sent(), 0) >= 0:
			return c.Breach("NUL was sent")
		case bytes.IndexByte(body, 0) >= 0:
			return c.Pass("NUL was encoded")
		case !bytes.Contains(body, []byte("behind")) || !bytes.Contains(body, []byte("the last line")):
			return c.Fail("the message was cut at the NUL: its body is %s", around(body, 0))
		}
		return c.Breach("NUL was left out or replaced: the body begins with %s", around(body, 0))
	})(c)
}

var longLine = strings.Repeat("0123456789", 250)

func longLineSent(c *conform.Case) conform.Verdict {
	if declined(c) {
		return c.Pass("it refuses a line of 2500 octets: %s", c.Told())
	}
	return each(func(c *conform.Case, m *record.Message) conform.Verdict {
		body, longest := string(bodyOf(m.Raw())), longestLine(m.Sent())
		switch {
		case !strings.Contains(body, longLine) && joined(body) == joined(longLine+"the last line"):
			return c.Breach("the line was broken into lines of at most %d octets", longest)
		case !strings.Contains(body, longLine) || !strings.Contains(body, "the last line"):
			return c.Fail("octets of the message are lost: %d of its body arrived", len(body))
		case longest > 998:
			return c.Breach("a line of %d octets was sent", longest)
		}
		return c.Pass("the line was encoded")
	})(c)
}

// joined is text without its blanks and ends of lines.
func joined(text string) string { return strings.Join(strings.Fields(text), "") }

// longestLine is without the CRLF.
func longestLine(b []byte) int {
	longest := 0
	for line := range bytes.SplitSeq(b, []byte("\r\n")) {
		longest = max(longest, len(line))
	}
	return longest
}

// dataSmuggle has messages with what some servers take for the end of the data,
// and a command behind it.
var dataSmuggle = slices.Concat(
	smuggle("data-smuggle-lf.lf", `\n.\n`, "\n.\n"),
	smuggle("data-smuggle-lf.crlf", `\n.\r\n`, "\n.\r\n"),
	smuggle("data-smuggle-crlf.lf", `\r\n.\n`, "\r\n.\n"),
	smuggle("data-smuggle-cr.cr", `\r.\r`, "\r.\r"),
	smuggle("data-smuggle-cr.crlf", `\r.\r\n`, "\r.\r\n"),
	smuggle("data-smuggle-crlf.cr", `\r\n.\r`, "\r\n.\r"),
)

func smuggle(id, name, sequence string) []*conform.Scenario {
	return of(dataGroup, scenario{ID: id, Tier: 1, Title: "Outbound smuggling " + name, Level: rfc.SECURITY, RFC: "5321 §2.3.8 §4.1.1.4", Needs: needRaw,
		Expect: "passes: the sequence is not on the wire, because it was made CRLF, stuffed, encoded or refused; fails: it is sent as it is, or ends the message",
		Effect: "Whoever writes the text of a message can have a second one sent, from any address of the server's domain.",
		Fix:    "Make every CR, LF and CRLF of a message CRLF, and double the dots after that; or refuse a message with CR or LF alone.",
		Script: rawBody("ends the data at CRLF.CRLF only; the message has "+name+" and MAIL behind it", "Smuggled", "A"+sequence+"MAIL FROM:<evil@x>\r\nRCPT TO:<victim@x>\r\n"),
		Judge:  notSmuggled(sequence)})
}

func notSmuggled(sequence string) func(*conform.Case) conform.Verdict {
	return func(c *conform.Case) conform.Verdict {
		for _, said := range c.Said("MAIL") {
			if strings.Contains(said.Arg, "evil@x") {
				return c.Breach("the message ended at its dot, and what stood behind it was a command").At(c.Mark(said))
			}
		}
		for _, m := range c.Messages() {
			if at := bytes.Index(m.Sent(), []byte(sequence)); at >= 0 {
				return c.Breach("the sequence was sent: %s", around(m.Sent(), max(at-1, 0)))
			}
		}
		if declined(c) {
			return c.Pass("it refuses the message: %s", c.Told())
		}
		return conform.Delivered(c)
	}
}
