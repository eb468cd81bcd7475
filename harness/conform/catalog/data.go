package catalog

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var dataGroup = &conform.Group{Name: "data", Title: "DATA and the message",
	Effect: "The message arrives changed, cut off or not at all.",
	Fix:    "Wait for 354. Send lines that end in CRLF, double a dot that begins one, and end with a line that holds one dot.",
}

const (
	dots       = ".\r\n..\r\n.hidden\r\n...\r\n"
	changed    = "passes: the body arrives as it was given; fails: it is changed"
	dataEffect = "A server that does not want the message is sent it all the same, and takes its lines for commands."
)

// notGo answers DATA with something else than 354.
func notGo(code int, text string) *conform.Script {
	return &conform.Script{Text: text + " to DATA", Rules: []harness.Rule{harness.On(harness.DATA).Reply(code, text[4:])}}
}

// raw is the baseline with one message to be sent as it is.
func raw(text string, octets []byte) *conform.Script {
	s := &conform.Script{Text: "a good server; " + text, Ask: askRaw(octets)}
	if len(octets) > 64<<10 {
		s.Guard = ample
	}
	return s
}

// ample is the guard where much is sent, which may take a client that is good
// but slow some time.
func ample(e conform.Env) time.Duration { return e.Units(9) + 4*e.Profile.Startup + 10*time.Second }

func rawBody(text, subject, body string) *conform.Script {
	return raw(text, conform.RawMessage(subject, body))
}

var needRaw = []conform.Need{conform.NeedRaw}

var data = slices.Concat(dataReplies, dataContent, dataEnds, dataOdd, dataSmuggle, dataLarge)

var dataReplies = of(dataGroup,
	scenario{ID: "data-wait-354", Tier: 1, Title: "The message only after 354", Level: rfc.MUST, RFC: "5321 §3.3 §4.3.1",
		Expect: "passes: nothing is sent before the 354; fails: octets come early",
		Script: &conform.Script{Text: "354 after 0.25 T", Options: after(0.25, harness.DATA)},
		Judge:  at(conform.Each(awaited, patient), "DATA")},
	scenario{ID: "data-250-not-354", Tier: 1, Title: "2yz to DATA is not a go-ahead", Level: rfc.MUST, RFC: "5321 §3.3",
		Expect: "passes: a failure, no message sent; fails: the message sent, or success", Effect: dataEffect,
		Script: notGo(250, "250 ok"), Judge: at(conform.Each(awaited, conform.Refused("", 0)), "DATA")},
	scenario{ID: "data-355", Tier: 2, Title: "3yz other than 354", Level: rfc.INFO, RFC: "5321 §3.3 §4.3.2",
		Expect: "tells whether the client sends the message upon 355: §3.3 names 354 alone, §4.3.2 lets the first digit decide",
		Script: &conform.Script{Text: "355 to DATA", Peer: behind(355, (*transaction).acceptOrQuit)}, Judge: at(conform.Decides("it sends the message", "it takes 355 for a refusal"), "DATA")},
	scenario{ID: "data-451", Tier: 1, Title: "DATA refused 451", Level: rfc.DERIVED, RFC: "5321 §3.3",
		Expect: "passes: a temporary failure that tells 451, no message sent; warns: class or code is not told; fails: the message sent, or success", Effect: dataEffect,
		Script: notGo(451, "451 4.5.1 no"), Judge: at(conform.Each(awaited, conform.Refused(conform.Temp, 451)), "DATA")},
	scenario{ID: "data-503", Tier: 1, Title: "DATA refused 503", Level: rfc.DERIVED, RFC: "5321 §3.3",
		Expect: "passes: a permanent failure that tells 503, no message sent; warns: class or code is not told; fails: the message sent, or success", Effect: dataEffect,
		Script: notGo(503, "503 5.5.1 no"), Judge: at(conform.Each(awaited, conform.Refused(conform.Perm, 503)), "DATA")},
	scenario{ID: "data-554", Tier: 1, Title: "DATA refused 554", Level: rfc.DERIVED, RFC: "5321 §3.3",
		Expect: "passes: a permanent failure that tells 554, no message sent; warns: class or code is not told; fails: the message sent, or success", Effect: dataEffect,
		Script: notGo(554, "554 5.5.1 no"), Judge: at(conform.Each(awaited, conform.Refused(conform.Perm, 554)), "DATA")},
)

// awaited fails a client that sends octets behind DATA before its reply.
func awaited(c *conform.Case) conform.Verdict {
	if a, _, found := c.Anomaly("octets-behind-data"); found {
		return c.Breach(`octets came behind DATA before its reply: "%s"`, record.Escape(a.Octets))
	}
	return c.Pass("nothing came before the reply to DATA")
}

var dataContent = of(dataGroup,
	scenario{ID: "data-dots", Tier: 1, Title: "Dot-stuffing", Level: rfc.MUST, RFC: "5321 §4.5.2", Expect: changed, Needs: needRaw,
		Script: rawBody(`the message has the lines ".", "..", ".hidden" and "..."`, "Dots", "first\r\n"+dots+"last\r\n"), Judge: each(intact)},
	scenario{ID: "data-dots-compose", Tier: 1, Title: "Dot lines through the composer", Level: rfc.MUST, RFC: "5321 §4.5.2",
		Expect: "passes: the decoded text is the one given; fails: it is changed", Needs: []conform.Need{conform.NeedCompose},
		Script: &conform.Script{Text: `a good server; the text to compose has the lines ".", "..", ".hidden" and "..."`,
			Ask: func(_ conform.Env, j *record.Job) {
				j.Messages = []record.Draft{{Subject: "Dots", Text: dots + "last\r\n"}}
			}},
		Judge: each(sameText)},
	scenario{ID: "data-dotfirst", Tier: 1, Title: "The first octet of the message is a dot", Level: rfc.MUST, RFC: "5321 §4.5.2",
		Expect: "passes: the header has its field .Dot, and the body is as given; fails: the dot or the message is lost", Needs: needRaw,
		Script: raw(`the message begins with ".Dot: yes"`, append([]byte(".Dot: yes\r\n"), conform.RawMessage("A dot to begin with", "the body\r\n")...)),
		Judge:  each(dotKept)},
	scenario{ID: "data-dotbound", Tier: 1, Title: "Dots at the edges of buffers", Level: rfc.MUST, RFC: "5321 §4.5.2", Expect: changed, Needs: needRaw,
		Script: raw("the message has 140 kB, all lines begin with a dot, and one of them at each multiple of 4096 octets", dotted()), Judge: each(intact)},
	scenario{ID: "data-transparent-8", Tier: 2, Title: "Octets beyond ASCII with 8BITMIME", Level: rfc.MUST, RFC: "6152 §3", Expect: changed,
		Needs:  []conform.Need{conform.NeedRaw, conform.Need8bit},
		Script: &conform.Script{Text: "8BITMIME offered; the body has all octets from 0x80 to 0xFF", Offer: []string{"8BITMIME"}, Ask: askRaw(high())}, Judge: each(intact)},
)

func sameText(c *conform.Case, m *record.Message) conform.Verdict {
	given := strings.ReplaceAll(c.Job.Messages[0].Text, "\r\n", "\n")
	got := message.Of(m)
	if got.Text() == "" && got.HTML() != "" {
		return c.Inconclusive("the message has no plain text to compare")
	}
	return same(c, []byte(strings.TrimRight(got.Text(), "\n")), []byte(strings.TrimRight(given, "\n")))
}

func dotKept(c *conform.Case, m *record.Message) conform.Verdict {
	header, _, _ := bytes.Cut(append([]byte("\r\n"), m.Raw()...), []byte("\r\n\r\n"))
	if !bytes.Contains(append(header, "\r\n"...), []byte("\r\n.Dot: yes\r\n")) {
		return c.Breach(`the header has no ".Dot: yes"; the message begins with %s`, around(m.Raw(), 0))
	}
	return intact(c, m)
}

var dataEnds = of(dataGroup,
	scenario{ID: "data-dot-last-no-newline", Tier: 1, Title: "Message ends in CRLF and a dot", Level: rfc.MUST, RFC: "5321 §4.1.1.4 §4.5.2",
		Expect: `passes: the last line arrives as a dot, sent as "..", or the message is refused; fails: anything else`, Needs: needRaw,
		Script: rawBody("the message ends in a line that is a dot, without a CRLF", "The last line is a dot", "body\r\n."), Judge: ended},
	scenario{ID: "data-no-final-newline", Tier: 1, Title: "The missing final CRLF is added", Level: rfc.MUST, RFC: "5321 §4.1.1.4",
		Expect: "passes: one CRLF is added, or the message refused; fails: the end of the data is not found, or the body is changed otherwise", Needs: needRaw,
		Script: rawBody("the last line of the message has no CRLF", "No final CRLF", "one line\r\nand one without an end"), Judge: ended},
	scenario{ID: "data-no-extra-crlf", Tier: 1, Title: "No CRLF is added", Level: rfc.MUST, RFC: "5321 §4.1.1.4",
		Expect: "passes: the body ends as it was given; fails: an empty line is added", Needs: needRaw,
		Script: baseline, Judge: each(intact)},
	scenario{ID: "data-empty-body", Tier: 2, Title: "Empty body", Level: rfc.MUST, RFC: "5321 §4.1.1.4; 5322 §3.5",
		Expect: "passes: delivered; fails: anything else", Needs: needRaw,
		Script: rawBody("the message is a header and nothing else", "No body", ""), Judge: each(headerAlone)},
	scenario{ID: "data-empty-message", Tier: 2, Title: "Message of no octets", Level: rfc.INTEROP, RFC: "5321 §4.1.1.4",
		Expect: "passes: refused, or ended right behind the 354; warns: an empty line is sent; fails: a hang",
		Needs:  needRaw,
		Script: raw("the message has no octets", []byte{}), Judge: nothing},
)

func headerAlone(c *conform.Case, m *record.Message) conform.Verdict {
	if body := bytes.TrimPrefix(bodyOf(m.Raw()), []byte("\r\n")); len(body) > 0 {
		return c.Breach("the message had no body, and arrived with one: %s", around(body, 0))
	}
	return c.Pass("the header arrived, and no body")
}

func nothing(c *conform.Case) conform.Verdict {
	if declined(c) {
		return c.Pass("it refuses a message of no octets: %s", c.Told())
	}
	return each(func(c *conform.Case, m *record.Message) conform.Verdict {
		if bytes.HasPrefix(m.Raw(), []byte("\r\n")) && len(bytes.TrimSpace(m.Raw())) == 0 {
			return c.Breach("%d octets of empty lines were sent", m.Size())
		}
		return c.Pass("%d octets were sent", m.Size())
	})(c)
}

var dataLarge = of(dataGroup,
	scenario{ID: "data-big", Tier: 1, Title: "A large message intact", Level: rfc.MUST, RFC: "5321 §4.5.3.1.7", Expect: changed, Needs: needRaw,
		Script: &conform.Script{Text: "a good server; the message has 2.6 MB", Ask: askMade(large), Guard: ample}, Judge: each(intact)},
	scenario{ID: "data-slow-reader", Tier: 2, Title: "A server that reads slowly", Level: rfc.SHOULD, RFC: "5321 §4.5.3.2.5",
		Expect: "passes: delivered; warns: gives up although every block makes progress", Needs: []conform.Need{conform.NeedTimeout, conform.NeedRaw},
		Effect: "Large mail never arrives over slow lines.",
		Fix:    "Limit the time of each block that is written, not of the message.",
		Script: &conform.Script{Text: "reads 100 kB each 0.05 T, so that the message of 5.4 MB takes 2.6 T", Ask: askMade(twiceLarge), Options: narrow,
			Guard: ample,
			Peer: behind354(func(t *transaction) error {
				t.ReadSlowly(100<<10, t.Units(0.05))
				defer t.ReadSlowly(0, 0)
				return t.accept()
			})},
		Judge: at(patient, "DATA")},
	scenario{ID: "data-early-552", Tier: 1, Title: "Reply before the end of the data", Level: rfc.INTEROP, RFC: "5321 §4.2",
		Expect: "passes: a failure that tells 552; warns: one that does not; fails: success, or a hang", Needs: needRaw,
		Effect: "The sender learns that a connection broke, not that the message is too big, and tries it for days.",
		Fix:    "When a write fails, look for a reply that has come before you report the broken connection.",
		Script: &conform.Script{Text: "552 5.3.4 when it has 100 kB of a message of 2.6 MB, and closes the connection", Ask: askMade(large), Options: narrow, Guard: ample,
			Peer: behind354(func(t *transaction) error {
				if _, err := t.ReadOctets(100 << 10); err != nil {
					return err
				}
				if err := t.Reply(552, "5.3.4 too big"); err != nil {
					return err
				}
				t.Close()
				return nil
			})},
		Judge: at(conform.Refused("", 552), "DATA")},
)

// narrow keeps a client from sending a message ahead of a server that does not
// take it.
func narrow(conform.Env) []harness.Option { return []harness.Option{harness.Narrow()} }
