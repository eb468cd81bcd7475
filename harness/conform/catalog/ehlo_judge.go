package catalog

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// ehloFirst wants the first greeting of every session to be EHLO.
func ehloFirst(c *conform.Case) conform.Verdict {
	said := hellos(c)
	if len(said) == 0 {
		return unreached(c, "neither EHLO nor HELO came")
	}
	seen := map[int]bool{}
	for _, s := range said {
		if s.Verb == "HELO" && !seen[s.Session.ID] {
			return c.Breach("HELO came first").At(c.Mark(s))
		}
		seen[s.Session.ID] = true
	}
	return c.Pass("EHLO came first")
}

// helloNames looks at the argument of every EHLO and HELO.
func helloNames(c *conform.Case) conform.Verdict {
	said := hellos(c)
	if len(said) == 0 {
		return unreached(c, "neither EHLO nor HELO came")
	}
	var verdicts []conform.Verdict
	for _, s := range said {
		verdicts = append(verdicts, helloName(c, s))
	}
	return conform.Worst(verdicts...)
}

func helloName(c *conform.Case, s conform.Said) conform.Verdict {
	_, arg, _ := strings.Cut(s.Line, " ")
	switch kind := nameKind(arg); kind {
	case "":
		return c.Pass("it calls itself %s", shown(arg))
	case singleLabel, bareAddress:
		return c.Warn("%s had %s: %s", s.Verb, kind, shown(arg)).At(c.Mark(s))
	default:
		return c.Breach("%s had %s: %s", s.Verb, kind, shown(s.Line)).At(c.Mark(s))
	}
}

// What is wrong with a name for EHLO.
const (
	singleLabel = "a single label"
	bareAddress = "an address without brackets"
)

// nameKind says what is wrong with an argument of EHLO, "" if it is a
// fully-qualified domain or an address literal (RFC 5321 §4.1.1.1, §4.1.3).
func nameKind(arg string) string {
	switch {
	case arg == "":
		return "no name"
	case strings.ContainsAny(arg, " \t"):
		return "blanks in its name"
	case strings.HasPrefix(arg, "["):
		if !record.AddressLiteral(arg) {
			return "a malformed address literal"
		}
		return ""
	}
	if _, err := netip.ParseAddr(arg); err == nil {
		return bareAddress
	}
	labels := strings.Split(arg, ".")
	if slices.ContainsFunc(labels, func(l string) bool { return !record.SubDomain(l) }) {
		return "no domain name"
	}
	if len(labels) == 1 {
		return singleLabel
	}
	return ""
}

// helloASCII judges a name beyond ASCII, RFC 6531 §3.7.1.
func helloASCII(c *conform.Case) conform.Verdict {
	said := hellos(c)
	for _, s := range said {
		if !ascii(s.Line) {
			return c.Breach("%s had octets beyond ASCII: %s", s.Verb, shown(s.Line)).At(c.Mark(s))
		}
	}
	for _, s := range said {
		if !strings.EqualFold(s.Arg, idnDomainASCII) {
			return c.Warn("another name was sent: %s", shown(s.Line)).At(c.Mark(s))
		}
	}
	if len(said) == 0 {
		return refusedHere(c)
	}
	return c.Pass("sent as A-labels")
}

// helloNotInjected looks for the RSET that stands behind a line end in the name.
func helloNotInjected(c *conform.Case) conform.Verdict {
	var behind bool
	for said := range c.All() {
		if behind && strings.TrimRight(said.Verb, "\r") == "RSET" {
			return c.Breach("the RSET of the name reached the server as a command").At(c.Mark(said))
		}
		behind = (said.Verb == "EHLO" || said.Verb == "HELO") && strings.TrimRight(said.Arg, "\r ") == "x"
	}
	said := hellos(c)
	if len(said) == 0 {
		return refusedHere(c)
	}
	if strings.ContainsRune(said[0].Line, '\r') {
		return c.Breach("%s held a CR: %s", said[0].Verb, shown(said[0].Line)).At(c.Mark(said[0]))
	}
	return c.Warn("the name was sent as %s", shown(said[0].Arg)).At(c.Mark(said[0]))
}

// refusedHere passes where a client refused by itself what it was asked, and
// said nothing to the server of it.
func refusedHere(c *conform.Case) conform.Verdict {
	switch {
	case c.Outcome.Class == conform.OK:
		return c.Fail("reported success, but nothing was sent")
	case c.Outcome.Class == conform.Queued:
		return c.Inconclusive("it took the job, and nothing of it came")
	}
	return c.Pass("refused before anything was sent: %s", c.Told())
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// laterNotHELO judges a 4yz to EHLO: it is no reason to try HELO, which servers
// of today take it for.
func laterNotHELO(code int) judge {
	n := strconv.Itoa(code)
	return conform.Each(deliveredOr("delivered in spite of the "+n, conform.Refused(conform.Temp, code)), warnIf("HELO was sent after the "+n, "HELO"))
}

// plainAfterHELO fails where HELO was not the end of ESMTP.
func plainAfterHELO(c *conform.Case) conform.Verdict {
	if len(c.Said("HELO")) == 0 {
		return c.NotApplicable("it does not fall back to HELO")
	}
	if list := underHELO(c, "STARTTLS", "AUTH", "BDAT"); len(list) > 0 {
		return c.Breach("%s came after HELO", list[0].Verb).At(c.Mark(list[0]))
	}
	for _, s := range underHELO(c, "MAIL", "RCPT") {
		if p, ok := s.Path(); ok && len(p.Parameter) > 0 {
			return c.Breach("%s had the parameter %s after HELO", s.Verb, shown(p.Parameter[0])).At(c.Mark(s))
		}
	}
	if len(underHELO(c, "MAIL")) == 0 {
		return unreached(c, "no MAIL came after HELO")
	}
	return c.Pass("MAIL and RCPT came without parameters")
}

// countHellos counts in the session that had most.
func countHellos(c *conform.Case) conform.Verdict {
	most := 0
	count := map[int]int{}
	for _, s := range hellos(c) {
		count[s.Session.ID]++
		most = max(most, count[s.Session.ID])
	}
	return c.Info("EHLO or HELO came %d time(s) in a session", most)
}

// insideTLS wants the message to have come inside TLS.
func insideTLS(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		if len(s.Messages) > 0 && s.TLS == nil {
			return c.Breach("the message came in clear text").At(conform.Mark{Script: c.Script, Session: s.ID})
		}
	}
	return c.Pass("the message came inside TLS")
}

// plainOrLogin asks a judge about clients that know one of the mechanisms.
func plainOrLogin(then judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if !slices.Contains(c.Profile.Mechanisms, "PLAIN") && !slices.Contains(c.Profile.Mechanisms, "LOGIN") {
			return c.NotApplicable("it knows neither PLAIN nor LOGIN")
		}
		return then(c)
	}
}

func signedIn(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		for _, a := range s.Auth {
			if a.OK {
				return c.Pass("it signed in with %s", shown(a.Mechanism))
			}
		}
	}
	return c.Breach("it did not sign in")
}

// findsLowerCase tells the keyword, whose case is nothing to a client (RFC 5321
// §4.1.1.1), from the mechanisms, whose names are capitals (RFC 4422 §3.1). The
// second script has the keyword alone in lower case.
func findsLowerCase(c *conform.Case) conform.Verdict {
	v := signedIn(c)
	if v.Word == conform.Pass {
		return conform.Worst(v, conform.Delivered(c))
	}
	if signedIn(c.On(1)).Word == conform.Pass {
		return c.Warn("it found the keyword in lower case, and no mechanism: %s", c.Told())
	}
	return v
}

func whichMechanism(c *conform.Case) conform.Verdict {
	if said, ok := c.First("AUTH"); ok {
		mechanism, _, _ := strings.Cut(said.Arg, " ")
		return c.Info("of the lists it used %s", shown(mechanism)).At(c.Mark(said))
	}
	return c.Breach("it did not sign in")
}

func oldAuth(c *conform.Case) conform.Verdict {
	if c.Truth() == conform.FalseSuccess {
		return c.Fail("reported success, but nothing was delivered")
	}
	if said, ok := c.First("AUTH"); ok {
		return c.Info("the form AUTH= is used").At(c.Mark(said))
	}
	return c.Info("the form AUTH= is ignored: %s", c.Told())
}

// onSecond asks a judge about the run of the second script.
func onSecond(then judge) judge {
	return func(c *conform.Case) conform.Verdict { return then(c.On(1)) }
}
