package catalog

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var bdatGroup = &conform.Group{Name: "bdat", Title: "CHUNKING",
	Effect: "Octets of a message are taken for commands, or commands for octets of the message; the message arrives damaged or the session hangs.",
	Fix:    "Count the octets of each chunk as they are sent, without dots added, name the last one LAST, and stop at the first refusal.",
}

var needsChunks = []conform.Need{conform.NeedChunking}

// dottedText is a text that DATA would have to change.
const dottedText = ".one\r\n..two\r\n.\r\nlast\r\n"

var chunked = &conform.Script{ID: "chunking", Text: "CHUNKING and PIPELINING are offered; lines of the message begin with dots", Offer: []string{"CHUNKING", "PIPELINING"},
	Ask: func(e conform.Env, j *record.Job) { j.Messages = []record.Draft{e.Draft("chunks", dottedText)} }}

var bdat = of(bdatGroup,
	scenario{ID: "bdat-not-offered", Tier: 3, Title: "No BDAT without an offer", Level: rfc.MUST, RFC: "3030 §1 §2",
		Expect: "passes: DATA is used; fails: BDAT is.",
		Script: baseline, Judge: never("BDAT")},
	scenario{ID: "bdat-lengths", Tier: 3, Title: "The sizes of chunks are exact", Level: rfc.MUST, RFC: "3030 §2",
		Expect: "passes: each chunk has as many octets as its BDAT says, and one is LAST; fails: otherwise.",
		Needs:  needsChunks,
		Script: chunked, Judge: reached("BDAT", conform.Each(oneLast, conform.Delivered))},
	scenario{ID: "bdat-no-stuffing", Tier: 3, Title: "Dots stay as they are", Level: rfc.MUST, RFC: "3030 §2",
		Expect: "passes: the octets of the message are sent; fails: dots are doubled, or one stands at the end.",
		Needs:  needsChunks,
		Script: chunked, Judge: reached("BDAT", dotsStay)},
	scenario{ID: "bdat-error", Tier: 3, Title: "A chunk is refused", Level: rfc.MUST, RFC: "3030 §2",
		Expect: "passes: no further chunk, and a permanent failure that tells 552; warns: the code is not told; fails: more chunks are sent, or success is reported; n/a: the message is sent in one chunk.",
		Needs:  needsChunks,
		Script: &conform.Script{Text: "CHUNKING; each chunk of a message of 2.6 MB that is not the last is answered 552", Offer: []string{"CHUNKING"}, Ask: askLarge,
			Rules: []harness.Rule{harness.On(harness.BDAT).Reply(552, "5.3.4 too big")}},
		Judge: stopsChunks},
	scenario{ID: "bdat-no-mix", Tier: 3, Title: "BDAT and DATA are not mixed", Level: rfc.MUST, RFC: "3030 §2",
		Expect: "passes: never both in one transaction; fails: both.",
		Needs:  needsChunks,
		Script: chunked, Judge: reached("BDAT", notMixed)},
	scenario{ID: "bdat-zero-last", Tier: 3, Title: "An empty last chunk", Level: rfc.INFO, RFC: "3030 §2",
		Expect: "tells whether the message ends with BDAT 0 LAST.",
		Needs:  needsChunks,
		Script: chunked, Judge: reached("BDAT", tellsLast)},
	scenario{ID: "bdat-binarymime", Tier: 3, Title: "BODY=BINARYMIME goes with BDAT", Level: rfc.MUST, RFC: "3030 §3",
		Expect: "passes: BINARYMIME is not used, or with BDAT; fails: with DATA.",
		Needs:  needsChunks,
		Script: &conform.Script{Text: "BINARYMIME, CHUNKING and 8BITMIME are offered", Offer: []string{"BINARYMIME", "CHUNKING", "8BITMIME"}, Ask: ask8bit},
		Judge:  binaryByChunks},
)

// oneLast fails where a transaction has BDAT behind its last chunk, or ends
// without one.
func oneLast(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		last := false
		for i, command := range s.Commands {
			switch {
			case command.Verb == "MAIL" || command.Verb == "RSET":
				last = false
			case command.Verb == "BDAT" && last:
				return c.Breach("BDAT came behind the last chunk").At(c.Mark(conform.Said{Command: command, Session: s, Index: i + 1}))
			case command.Verb == "BDAT":
				last = command.Stage() == record.BODY
			}
		}
	}
	return c.Pass("one chunk is the last")
}

func dotsStay(c *conform.Case) conform.Verdict {
	for _, m := range c.Messages() {
		raw := m.Raw()
		switch {
		case bytes.Contains(raw, []byte("\n..one")) || bytes.Contains(raw, []byte("\n...two")):
			return c.Breach("dots were doubled")
		case bytes.HasSuffix(raw, []byte("\n.\r\n")):
			return c.Breach("a line with a dot ends the message")
		}
	}
	if len(c.Messages()) == 0 {
		return c.Inconclusive("no message was accepted: %s", c.Told())
	}
	return c.Pass("no dot was added")
}

func stopsChunks(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		refused := false
		for i, command := range s.Commands {
			switch {
			case command.Verb == "MAIL" || command.Verb == "RSET":
				refused = false
			case command.Verb == "BDAT" && refused && !command.Pipelined:
				return c.Breach("BDAT came behind a refused chunk").At(c.Mark(conform.Said{Command: command, Session: s, Index: i + 1}))
			case command.Verb == "BDAT":
				refused = command.Reply.Code == 552
			}
		}
	}
	for said := range c.All() {
		if said.Verb == "BDAT" && said.Reply.Code == 552 {
			return c.Reported(conform.Perm, 552)
		}
	}
	return c.NotApplicable("the message was not sent in several chunks")
}

func notMixed(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		var used string
		for i, command := range s.Commands {
			switch command.Verb {
			case "MAIL", "RSET":
				used = ""
			case "BDAT", "DATA":
				if used != "" && used != command.Verb {
					return c.Breach("%s came behind %s in one transaction", command.Verb, used).At(c.Mark(conform.Said{Command: command, Session: s, Index: i + 1}))
				}
				used = command.Verb
			}
		}
	}
	return c.Pass("no transaction has both")
}

func tellsLast(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("BDAT") {
		if strings.EqualFold(strings.Join(strings.Fields(said.Arg), " "), "0 LAST") {
			return c.Info("BDAT 0 LAST ends the message").At(c.Mark(said))
		}
	}
	return c.Info("the last chunk has octets, in %d chunks", c.Count("BDAT"))
}

func binaryByChunks(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		binary := false
		for i, command := range s.Commands {
			said := conform.Said{Command: command, Session: s, Index: i + 1}
			switch command.Verb {
			case "MAIL":
				value, _ := parameter(said, "BODY")
				binary = strings.EqualFold(value, "BINARYMIME")
			case "DATA":
				if binary {
					return c.Breach("DATA was sent behind BODY=BINARYMIME").At(c.Mark(said))
				}
			}
		}
	}
	if c.Count("MAIL") == 0 {
		return c.Inconclusive("no MAIL was sent: %s", c.Told())
	}
	return c.Pass("no DATA came behind BODY=BINARYMIME")
}
