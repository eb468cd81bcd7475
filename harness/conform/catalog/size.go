package catalog

import (
	"bytes"
	bigint "math/big"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var sizeGroup = &conform.Group{Name: "size", Title: "SIZE",
	Effect: "Servers refuse MAIL for a parameter that they do not know, or take a message that they have no room for only to refuse it at its end.",
	Fix:    "Declare the size of what goes over the wire where SIZE is offered, count after line ends were made CRLF and text was encoded, and take a limit that is 0, missing or not a number for none.",
}

const enoughSize = "SIZE 50000000"

var size = of(sizeGroup,
	scenario{ID: "size-not-offered", Tier: 1, Title: "No SIZE= without an offer", Level: rfc.MUST, RFC: "5321 §4.1.1.3 §4.1.1.11; 1870 §4",
		Expect: "passes: MAIL has no SIZE=; fails: it has.",
		Script: baseline, Judge: without("SIZE")},
	scenario{ID: "size-value", Tier: 1, Title: "The declared size is the transmitted size", Level: rfc.SHOULD, RFC: "1870 §5 §6",
		Expect:  "passes: as many octets are declared as are sent, or more; warns: fewer are; tells: that none are declared.",
		Needs:   []conform.Need{conform.NeedRaw, conform.NeedEHLO},
		Script:  &conform.Script{Text: "SIZE is offered; lines of the message begin with dots", Offer: []string{"SIZE 10000000"}, Ask: askDots("\r\n")},
		Scripts: []*conform.Script{{ID: "size-value-lf", Text: "SIZE is offered; the lines of the message end with LF", Offer: []string{"SIZE 10000000"}, Ask: askDots("\n")}},
		Judge:   declaredOnBoth},
	scenario{ID: "size-limit-exceeded", Tier: 1, Title: "The limit that the server names is kept", Level: rfc.SHOULD, RFC: "1870 §6.1; 5321 §4.5.3.1.7",
		Expect: "passes: the message is refused before DATA; tells: SIZE= is declared, and the server left to decide; warns: sent without a word about its size.",
		Effect: "The whole message goes over the wire before the server can refuse it.",
		Needs:  needsEHLO,
		Script: &conform.Script{Text: "SIZE 1000 is offered, and a message of 2.6 MB accepted all the same", Offer: []string{enoughSize}, Rules: []harness.Rule{capable("SIZE 1000")}, Ask: askLarge},
		Judge:  keepsLimit},
	scenario{ID: "size-552-mail", Tier: 2, Title: "552 to the declared size", Level: rfc.SHOULD, RFC: "1870 §6.1 §6.2",
		Expect: "passes: a permanent failure that tells 552, and no DATA; warns: another class, or no code; fails: success, or the message is sent.",
		Needs:  needsEHLO,
		Script: sizeRefused(552, "5.3.4 too big"), Judge: declares(conform.Refused(conform.Perm, 552))},
	scenario{ID: "size-452-mail", Tier: 2, Title: "452 to the declared size", Level: rfc.SHOULD, RFC: "1870 §6.1 §6.2",
		Expect: "passes: a temporary failure that tells 452, and no DATA; warns: another class, or no code; fails: success, or the message is sent.",
		Needs:  needsEHLO,
		Script: sizeRefused(452, "4.3.1 no space"), Judge: declares(conform.Refused(conform.Temp, 452))},
	scenario{ID: "size-zero", Tier: 1, Title: "SIZE 0 is no limit", Level: rfc.SHOULD, RFC: "1870 §4",
		Expect: "passes: delivered; warns: refused by the client.",
		Needs:  needsEHLO,
		Script: offersSize("SIZE 0"), Judge: conform.Delivered},
	scenario{ID: "size-no-param", Tier: 1, Title: "SIZE without a number", Level: rfc.MUST, RFC: "1870 §4",
		Expect: "passes: delivered; fails: refused by the client, or a crash.",
		Needs:  needsEHLO,
		Script: offersSize("SIZE"), Judge: conform.Delivered},
	scenario{ID: "size-overflow", Tier: 1, Title: "SIZE with 26 digits", Level: rfc.INTEROP, RFC: "1870 §4 §5",
		Expect: "passes: delivered; warns: refused by the client; fails: a crash.",
		Needs:  needsEHLO,
		Script: offersSize("SIZE 99999999999999999999999999"), Judge: conform.Delivered},
	scenario{ID: "size-garbage", Tier: 2, Title: "SIZE abc", Level: rfc.INTEROP, RFC: "1870 §4",
		Expect: "passes: delivered; warns: refused by the client; fails: a crash.",
		Needs:  needsEHLO,
		Script: offersSize("SIZE abc"), Judge: conform.Delivered},
	scenario{ID: "size-compose", Tier: 2, Title: "The declared size covers the composed message", Level: rfc.SHOULD, RFC: "1870 §5 §6",
		Expect: "passes: as many octets are declared as are sent, or more; warns: fewer are; tells: that none are declared.",
		Needs:  []conform.Need{conform.NeedCompose, conform.NeedEHLO},
		Script: &conform.Script{Text: "SIZE is offered, 8BITMIME is not; the text is Cyrillic and grows when it is encoded", Offer: []string{enoughSize},
			Ask: func(_ conform.Env, j *record.Job) {
				j.Messages = []record.Draft{{Subject: "size", Text: strings.Repeat("Энэ мөр кодлоход урт болно.\r\n", 100)}}
			}},
		Judge: declaredSize},
)

// offersSize makes the script of a server with such a line in its reply to EHLO.
func offersSize(line string) *conform.Script {
	return &conform.Script{Text: "EHLO is answered \"" + line + "\"", Offer: []string{enoughSize}, Rules: []harness.Rule{capable(line)}}
}

func sizeRefused(code int, text string) *conform.Script {
	return &conform.Script{Text: "SIZE is offered; MAIL with SIZE= is answered " + record.NewReply(code, text).String(), Offer: []string{enoughSize},
		Rules: []harness.Rule{harness.On(harness.MAIL).Arg("* SIZE=*").Reply(code, text)}}
}

// askDots asks for a raw message of which half of the lines begin with a dot.
func askDots(end string) func(conform.Env, *record.Job) {
	return func(_ conform.Env, j *record.Job) {
		raw := conform.RawMessage("size", strings.Repeat("a line\r\n.and one with a dot\r\n", 50))
		j.Messages = []record.Draft{{Raw: bytes.ReplaceAll(raw, []byte("\r\n"), []byte(end))}}
	}
}

func askLarge(e conform.Env, j *record.Job) {
	j.Messages = []record.Draft{e.Draft("large", strings.Repeat("a line of fifty octets, its end counted in it...\r\n", 52_000))}
}

// declaredSize compares what MAIL declared with what was sent.
func declaredSize(c *conform.Case) conform.Verdict {
	declared := conform.Said{}
	for said := range c.All() {
		switch {
		case said.Verb == "MAIL":
			declared = said
		case said.Verb == "BODY" && said.Line == "" && said.Size > 0 && declared.Verb != "":
			value, ok := parameter(declared, "SIZE")
			if !ok {
				return c.Info("no size is declared")
			}
			n, valid := new(bigint.Int).SetString(value, 10)
			if !valid {
				return c.Breach("SIZE=%s is no number", shown(value)).At(c.Mark(declared))
			}
			if n.Cmp(bigint.NewInt(int64(said.Size))) < 0 {
				return c.Breach("SIZE=%s was declared, %d octets were sent", shown(value), said.Size).At(c.Mark(declared), c.Mark(said))
			}
			return c.Pass("SIZE=%s was declared, %d octets were sent", value, said.Size)
		}
	}
	return c.Inconclusive("no message was sent with DATA: %s", c.Told())
}

// declaredOnBoth leaves the second message out where it was not sent: a client
// may refuse one with bare LF.
func declaredOnBoth(c *conform.Case) conform.Verdict {
	v := declaredSize(c)
	if lf := declaredSize(c.On(1)); lf.Word != conform.Inconclusive {
		v = conform.Worst(v, lf)
	}
	return v
}

// declares asks a judge only where SIZE= was declared.
func declares(of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if _, _, ok := with(c, "SIZE"); !ok {
			return c.NotApplicable("no size is declared")
		}
		return of(c)
	}
}

func keepsLimit(c *conform.Case) conform.Verdict {
	body, sent := c.SentBody()
	said, _, declared := with(c, "SIZE")
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but the message was not sent")
	case sent && !declared:
		return c.Warn("%d octets were sent, no size was declared, and the server takes 1000", body.Size).At(c.Mark(body))
	case declared:
		return c.Info("the size is declared, and the server left to decide").At(c.Mark(said))
	case c.Outcome.Class == conform.Queued:
		return c.Inconclusive("queued, and not sent within the run")
	}
	return c.Pass("refused: %s", c.Told())
}
