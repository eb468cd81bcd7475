package catalog

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var secGroup = &conform.Group{Name: "sec", Title: "Hostile servers",
	Effect: "Whoever runs a server, or sits in the path, takes the client's memory and time, or decides where its mail goes.",
	Fix:    "Bound the length of a line and of a reply, and treat what a server says as text: never as a format, an address or an instruction.",
}

// Text of a reply that must stay text, and addresses that nobody asked for.
const (
	floodExpect = "passes: the client gives up within some 4 MiB; warns: within 16 MiB; fails: it takes more, or hangs; inconclusive: its time is over between 4 and 16 MiB."

	directives = "%s%s%n %d {0} ${jndi:x}"
	elsewhere  = "evil.example"
	shellish   = `"a\" -oQ/tmp -X@x@ "@example.org`
)

var hostile = of(secGroup,
	scenario{ID: "sec-infinite-line", Tier: 1, Title: "A reply line without an end", Level: rfc.SECURITY, RFC: "5321 §4.5.3.1.5",
		Expect: floodExpect,
		Script: flooding("MAIL is answered 250 and 48 MiB without a line end", "MAIL", "250 ", "a"), Judge: endsFlood},
	scenario{ID: "sec-infinite-multiline", Tier: 1, Title: "A reply without a last line", Level: rfc.SECURITY, RFC: "5321 §4.2.1 §4.5.3.1.5",
		Expect: floodExpect,
		Script: flooding("MAIL is answered with 48 MiB of lines, none of which is the last", "MAIL", "", "250-flood of lines\r\n"), Judge: endsFlood},
	scenario{ID: "sec-ehlo-bomb", Tier: 1, Title: "A list of capabilities without an end", Level: rfc.SECURITY, RFC: "5321 §4.1.1.1 §4.5.3.1.5",
		Expect: floodExpect,
		Needs:  needsEHLO,
		Script: flooding("EHLO is answered with 48 MiB of keywords", "EHLO", "", "250-X-FLOOD 1\r\n"), Judge: endsFlood},
	scenario{ID: "sec-quadratic", Tier: 2, Title: "A reply line octet by octet", Level: rfc.SECURITY, RFC: "5321 §4.5.3.1.5",
		Expect: "passes: the client reads 256 KiB in steps of one octet in less than three quarters of its time-out, or gives up; warns: it takes longer; fails: it takes more than one and a half.",
		Effect: "A slow server costs the client time that grows with the square of what it says.",
		Script: dripping, Judge: linear},
	scenario{ID: "sec-ehlo-prototype", Tier: 2, Title: "Keywords that are names in a language", Level: rfc.SECURITY, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered; fails: a crash, or anything else.",
		Needs:  needsEHLO,
		Script: &conform.Script{Text: "EHLO is answered __proto__ x, constructor and toString", Rules: []harness.Rule{capable("__proto__ x", "constructor", "toString")}},
		Judge:  conform.Delivered},
	scenario{ID: "sec-format-string", Tier: 2, Title: "Directives of formats in a reply", Level: rfc.SECURITY, RFC: "5321 §4.2",
		Expect: "passes: the text is told as it is, or not at all; fails: a crash, or its directives are carried out.",
		Script: answeredAt(harness.RCPT, 550, directives),
		Judge:  notFormatted},
	scenario{ID: "sec-challenge-huge", Tier: 2, Title: "A huge challenge of AUTH", Level: rfc.SECURITY, RFC: "4954 §4",
		Expect: "passes: the exchange is cancelled, or the connection closed; warns: an answer is made from 1 MiB of challenge, which RFC 4954 does not forbid.",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: hugeChallenge, Judge: reached("AUTH", cancels)},
	scenario{ID: "sec-redirect", Tier: 2, Title: "The text of a reply is never followed", Level: rfc.SECURITY, RFC: "5321 §4.2 §3.4",
		Expect: "passes: a failure, and nobody else is written to; fails: the address in the text of 551 is.",
		Effect: "The server decides who reads the mail.",
		Script: &conform.Script{Text: "RCPT is answered 551 with an address elsewhere", Rules: []harness.Rule{
			harness.On(harness.RCPT).Reply(551, "5.1.6 User not local; please try <x@"+elsewhere+">"),
			harness.On(harness.RCPT).To("*@"+elsewhere).Reply(250, "2.1.5 Ok")}},
		Scripts: []*conform.Script{{ID: "sec-redirect-421", Text: "MAIL is answered 421 with a host elsewhere", Rules: []harness.Rule{harness.On(harness.MAIL).Reply(421, "4.3.2 go to mx2."+elsewhere).ThenDrop()}}},
		Judge:   staysHere},
	scenario{ID: "sec-env-expansion", Tier: 2, Title: "Arguments never reach a shell", Level: rfc.SECURITY, RFC: "5321 §4.1.2",
		Expect: "passes: MAIL has the reverse-path as it was given, or the client refuses it; warns: it has all of it but for its quotes or a blank; fails: it has a part of it.",
		Effect: "Whoever chooses the reverse-path runs commands where the client runs.",
		Needs:  []conform.Need{conform.NeedFrom},
		Script: &conform.Script{Text: "the reverse-path is a quoted string that looks like options of a command", Ask: func(_ conform.Env, j *record.Job) { j.From = shellish }},
		Judge:  wholeSender},
)

var floodCount = regexp.MustCompile(`\((\d+) octets of `)

// taken returns how many octets of a flood the client took.
func taken(reply record.Reply) (n int64, ok bool) {
	m := floodCount.FindStringSubmatch(reply.Octets())
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	return n, err == nil
}

// flooded returns the command whose reply was a flood.
func flooded(c *conform.Case) (conform.Said, int64, bool) {
	for said := range c.All() {
		if n, ok := taken(said.Reply); ok {
			return said, n, true
		}
	}
	return conform.Said{}, 0, false
}

// Sockets hold some of what nobody has read yet, so that a client that gives up
// at once seems to have taken a part.
const (
	little = 4 << 20
	much   = 16 << 20
)

func endsFlood(c *conform.Case) conform.Verdict {
	said, n, ok := flooded(c)
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but nothing was sent")
	case !ok:
		return c.Inconclusive("the client did not come to the flood: %s", c.Told())
	case n > much:
		return c.Breach("%d octets of one reply were taken", n).At(c.Mark(said))
	case n > little && said.Session.Lasted-said.At > c.Unit*3/4: // a faster machine would have got more into its time
		return c.Inconclusive("%d octets of one reply were taken until the client's time was over", n)
	case n > little:
		return c.Warn("%d octets of one reply were taken", n).At(c.Mark(said))
	}
	return c.Pass("given up after %d octets: %s", n, c.Told())
}

func linear(c *conform.Case) conform.Verdict {
	said, n, ok := flooded(c)
	if !ok {
		return c.Inconclusive("the client did not come to the reply: %s", c.Told())
	}
	next, _ := nextAt(said.Session, said.Index) // what the client does behind it is not reading
	took := (next - said.At).Round(10 * time.Millisecond)
	switch {
	case n >= drippedOctets && took > c.Unit*3/2: // its own time-out did not end it
		return c.Breach("%d octets took %v", n, took).At(c.Mark(said))
	case n >= drippedOctets/2 && took > c.Unit*3/4: // it ran into its own time-out
		return c.Warn("%d octets took %v", n, took).At(c.Mark(said))
	}
	return c.Pass("%d octets in %v", n, took)
}

// notFormatted looks for what the directives become when they are carried out.
func notFormatted(c *conform.Case) conform.Verdict {
	text := c.Outcome.Text
	switch {
	case c.Outcome.Class == conform.OK:
		return c.Fail("reported success, but the server refused")
	case strings.Contains(text, directives):
		return c.Pass("told as it is")
	}
	for _, sign := range []string{"(null)", "%!", "(nil)", "None", "undefined", "0x"} {
		if strings.Contains(text, sign) {
			return c.Breach("the directives were carried out: %s", c.Told())
		}
	}
	return c.Pass("not told: %s", c.Told())
}

// cancels passes if no answer was made from the challenge: none came, or "*"
// (RFC 4954 §4). An answer is a warning: no RFC bounds a challenge, and a reply
// of this length is what endsFlood passes.
func cancels(c *conform.Case) conform.Verdict {
	if _, _, ok := flooded(c); !ok {
		return c.Inconclusive("the client did not come to the challenge: %s", c.Told())
	}
	for said := range c.All() {
		n, ok := taken(said.Reply)
		if !ok || said.Index >= len(said.Session.Commands) {
			continue
		}
		answer := said.Session.Commands[said.Index]
		if answer.Verb == "" && answer.Line != "*" && n >= challenge {
			return c.Warn("a challenge of %d octets was answered", n).At(c.Mark(conform.Said{Command: answer, Session: said.Session, Index: said.Index + 1}))
		}
	}
	return c.Pass("not answered: %s", c.Told())
}

func staysHere(c *conform.Case) conform.Verdict {
	for i := range c.Trials {
		on := c.On(i)
		for _, said := range on.Said("RCPT", "MAIL") {
			if strings.Contains(said.Arg, elsewhere) {
				return c.Breach("an address from the text of a reply was used: %s", shown(said.Line)).At(on.Mark(said))
			}
		}
		if on.Truth() == conform.FalseSuccess {
			return c.Fail("reported success, but nothing was sent")
		}
	}
	return c.Pass("nobody else was written to: %s", c.Told())
}

// onlyBlanks says that sent has all of whole but for blanks, which a parser of
// addresses may take out and a shell would have read as ends of arguments.
func onlyBlanks(sent, whole string) bool {
	bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	return !strings.Contains(sent, whole) && strings.Contains(bare(sent), bare(whole))
}

func wholeSender(c *conform.Case) conform.Verdict {
	mail, ok := c.First("MAIL")
	switch {
	case onlyBlanks(mail.Arg, "<"+shellish+">"):
		return c.Warn("the reverse-path lost a blank: %s", shown(mail.Arg)).At(c.Mark(mail))
	case !ok && c.Outcome.Class == conform.OK:
		return c.Fail("reported success, but nothing was sent")
	case !ok:
		return c.Pass("refused: %s", c.Told())
	case strings.Contains(mail.Arg, "<"+unquoted(shellish)+">"): // no shell leaves the blanks
		return c.Warn("the reverse-path lost its quotes: %s", shown(mail.Arg)).At(c.Mark(mail))
	case !strings.Contains(mail.Arg, "<"+shellish+">"):
		return c.Breach("the reverse-path became %s", shown(mail.Arg)).At(c.Mark(mail))
	}
	return c.Pass("sent as it was given")
}
