package lint

import (
	"net/netip"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the beginning of a session.
var helloRules = []Rule{
	Rule{
		ID: "greet-wait", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §4.3.1"),
		Text:   "The client says nothing before the greeting.",
		Effect: "Servers that delay the greeting take it for a spam program.",
		Fix:    "Read the greeting up to its last line first.",
	}.ofSession(nil, "octets-before-greeting"),
	Rule{
		ID: "other-protocol", Level: rfc.DERIVED, Cites: rfc.Cites("5321 §4.1.1.1 §4.1.1"),
		Text:   "The client speaks SMTP.",
		Effect: "There is no session.",
		Fix:    "Look at the port, and whether TLS begins at once or with STARTTLS.",
	}.ofSession(nil, "other-protocol"),
	Rule{
		ID: "ehlo-first", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §4.1.1.1 §3.2"),
		Text:   "A session begins with EHLO; HELO is for servers that refuse it.",
		Effect: "No extension can be used: no TLS, no AUTH, no SIZE.",
		Fix:    "Send EHLO, and HELO only after 500 or 502.",
	}.ofSession(judgeHelo, "helo"),
	Rule{
		ID: "ehlo-domain", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.1.1 §4.1.4 §2.3.5; 6531 §3.7.1"),
		Text:   "EHLO has one argument, a domain or an address literal.",
		Effect: "Servers refuse the session.",
		Fix:    "Send the host's full name with A-labels, or [192.0.2.1].",
	}.ofSession(judgeHelloDomain, "empty-ehlo"),
	Rule{
		ID: "ehlo-domain-name", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §2.3.5 §4.1.4"),
		Text:   "The name in EHLO is a full one, and an address stands in brackets.",
		Effect: "Filters count localhost and bare addresses as a sign of spam.",
		Fix:    "Send the host's full name, or [192.0.2.1].",
	}.ofSession(judgeHelloName),
}

// judgeHelo is about the first command that says hello.
func judgeHelo(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		switch c.Verb {
		case "HELO":
			found.command(i+1, c, "HELO came where EHLO was not refused")
			return
		case "EHLO", "LHLO":
			return
		}
	}
}

// hellos calls judge for each EHLO with one argument of a decent length.
func hellos(s *record.Session, judge func(n int, c record.Command, name string)) {
	for i, c := range s.Commands {
		if c.Stage() == record.EHLO && c.Verb != "" && c.Omitted == 0 {
			judge(i+1, c, c.Arg)
		}
	}
}

func judgeHelloDomain(s *record.Session, found *sightings) {
	hellos(s, func(n int, c record.Command, name string) {
		switch {
		case strings.Trim(name, " ") == "":
			found.command(n, c, "%s without a name", c.Verb)
		case beyondASCII(name) >= 0:
			found.command(n, c, "a name beyond ASCII")
		case strings.HasPrefix(name, "["):
			if !addressLiteral(strings.TrimRight(name, " ")) {
				found.command(n, c, "no address literal")
			}
		case !domain(strings.TrimRight(name, " ")):
			found.command(n, c, "no domain")
		}
	})
}

// addressLiteral is RFC 5321 §4.1.3. Of the general form, only that it could be
// one is looked at.
func addressLiteral(s string) bool { return record.AddressLiteral(s) || generalLiteral(s) }

func generalLiteral(s string) bool {
	inner, closed := strings.CutSuffix(s[1:], "]")
	tag, content, tagged := strings.Cut(inner, ":")
	if !closed || !tagged || strings.EqualFold(tag, "IPv6") {
		return false
	}
	_, err := netip.ParseAddr(inner) // one of IPv6 without its tag is none
	return err != nil && record.SubDomain(tag) && content != "" && !strings.ContainsAny(content, "[]\\ ")
}

// domain is RFC 5321 §4.1.2.
func domain(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !record.SubDomain(part) {
			return false
		}
	}
	return true
}

func judgeHelloName(s *record.Session, found *sightings) {
	hellos(s, func(n int, c record.Command, name string) {
		name = strings.TrimRight(name, " ")
		if name == "" || !domain(name) {
			if _, err := netip.ParseAddr(name); err == nil {
				found.command(n, c, "an address without brackets")
			}
			return
		}
		_, err := netip.ParseAddr(name)
		switch {
		case err == nil:
			found.command(n, c, "an address without brackets")
		case !strings.Contains(name, "."):
			found.command(n, c, "a name of one label")
		}
	})
}
