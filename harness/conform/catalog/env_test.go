package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func TestSequence(t *testing.T) {
	for name, test := range map[string]struct {
		session string
		want    conform.Word
	}{
		"two messages":     {"EHLO x -> 250\nMAIL FROM:<a@b> -> 250\nRCPT TO:<c@d> -> 250\nDATA -> 354\n(data) -> 250\nMAIL FROM:<a@b> -> 250\nRCPT TO:<c@d> -> 250\nDATA -> 354\n(data) -> 250\nQUIT -> 221", conform.Pass},
		"HELO, NOOP, RSET": {"EHLO x -> 500\nHELO x -> 250\nNOOP -> 250\nMAIL FROM:<a@b> -> 250\nRSET -> 250\nMAIL FROM:<a@b> -> 250\nRCPT TO:<c@d> -> 250\nDATA -> 354\n(data) -> 250\nQUIT -> 221", conform.Pass},
		"refused MAIL":     {"EHLO x -> 250\nMAIL FROM:<a@b> -> 550\nMAIL FROM:<a@c> -> 250\nQUIT -> 221", conform.Pass},
		"EHLO after TLS":   {"EHLO x -> 250\nSTARTTLS -> 220\nEHLO x -> 250\nMAIL FROM:<a@b> -> 250\nQUIT -> 221", conform.Pass},
		"MAIL first":       {"MAIL FROM:<a@b> -> 503", conform.Fail},
		"nested MAIL":      {"EHLO x -> 250\nMAIL FROM:<a@b> -> 250\nMAIL FROM:<a@b> -> 503", conform.Fail},
		"RCPT first":       {"EHLO x -> 250\nRCPT TO:<c@d> -> 503", conform.Fail},
		"DATA to nobody":   {"EHLO x -> 250\nMAIL FROM:<a@b> -> 250\nDATA -> 503", conform.Fail},
		"after QUIT":       {"EHLO x -> 250\nQUIT -> 221\nNOOP -> 250", conform.Fail},
	} {
		expectWord(t, name, inSequence(spoken(t, rfc.MUST, nil, conform.Outcome{}, test.session)), test.want)
	}
}

func TestPathSyntax(t *testing.T) {
	for line, want := range map[string]conform.Word{
		"MAIL FROM:<>":             conform.Pass,
		"mail from:<a@b> SIZE=100": conform.Pass,
		`RCPT TO:<"a b"@c>`:        conform.Pass,
		"RCPT TO:<Postmaster>":     conform.Pass,
		"RCPT TO:<a@b> ":           conform.Warn,
		"MAIL FROM: <a@b>":         conform.Fail,
		"MAIL FROM :<a@b>":         conform.Fail,
		"MAIL FROM:a@b":            conform.Fail,
		"RCPT TO:<>":               conform.Fail,
		"MAIL FROM:<a@b>SIZE=100":  conform.Fail,
		"MAIL  FROM:<a@b>":         conform.Fail,
	} {
		expectWord(t, line, pathSyntax(spoken(t, rfc.MUST, nil, conform.Outcome{}, line+" -> 250")), want)
	}
}

func TestKept(t *testing.T) {
	refused, told := conform.Outcome{Class: conform.Perm, Text: "bad address"}, conform.Outcome{Class: conform.OK}
	for name, test := range map[string]struct {
		address, line string
		outcome       conform.Outcome
		want          conform.Word
	}{
		"as given":              {`"joe..x"@example.net`, `RCPT TO:<"joe..x"@example.net>`, told, conform.Pass},
		"domain in lower case":  {"MiXed@Example.NET", "RCPT TO:<MiXed@example.net>", told, conform.Pass},
		"local in lower case":   {"MiXed@Example.NET", "RCPT TO:<mixed@Example.NET>", told, conform.Fail},
		"quotes dropped":        {`"joe..x"@example.net`, "RCPT TO:<joe..x@example.net>", told, conform.Fail},
		"quoted without need":   {"o'b@example.net", `RCPT TO:<"o'b"@example.net>`, told, conform.Warn},
		"refused":               {"o'b@example.net", "QUIT", refused, conform.Warn},
		"success, and not sent": {"o'b@example.net", "QUIT", told, conform.Fail},
		"queued, and not sent":  {"o'b@example.net", "QUIT", conform.Outcome{Class: conform.Queued}, conform.Inconclusive},
	} {
		c := spoken(t, rfc.MUST, []string{test.address}, test.outcome, test.line+" -> 250")
		expectWord(t, name, kept(test.address)(c), test.want)
	}
}

func TestNobody(t *testing.T) {
	const named = "MAIL FROM:<a@example.org> -> 250\nRCPT TO:<named@example.net> -> 250"
	for name, test := range map[string]struct {
		session string
		class   conform.Class
		want    conform.Word
	}{
		"refused":               {"QUIT -> 221", conform.Perm, conform.Pass},
		"success":               {"QUIT -> 221", conform.OK, conform.Fail},
		"DATA":                  {"MAIL FROM:<a@example.org> -> 250\nDATA -> 503", conform.Perm, conform.Fail},
		"found in the message":  {named, conform.OK, conform.Info},
		"made up":               {"RCPT TO:<nobody@example.net> -> 250", conform.OK, conform.Fail},
		"the null forward-path": {"RCPT TO:<> -> 501", conform.Perm, conform.Fail},
	} {
		expectWord(t, name, nobody(spoken(t, rfc.MUST, nil, conform.Outcome{Class: test.class}, test.session)), test.want)
	}
}

func TestInjection(t *testing.T) {
	judge := notInjected("RCPT", "evil@example.net")
	rcpts := []string{"b@example.net>\r\nRCPT TO:<evil@example.net"}
	for line, want := range map[string]conform.Word{
		"QUIT":                        conform.Pass,
		"RCPT TO:<b@example.net>":     conform.Warn,
		"RCPT TO:<b@example.net>\r\r": conform.Fail,
		"RCPT TO:<evil@example.net>":  conform.Warn,
		"RCPT TO:<b@example.net>\r\nRCPT TO:<evil@example.net>": conform.Fail,
		`RCPT TO:<"b@example.net>RCPT TO:<evil"@example.net>`:   conform.Warn,
	} {
		s := spokenSession(1, "")
		for each := range strings.SplitSeq(line, "\r\n") {
			s.Commands = append(s.Commands, spokenCommand(each))
		}
		c := spoken(t, rfc.SECURITY, rcpts, conform.Outcome{Class: conform.Perm})
		c.Sessions = append(c.Sessions, s)
		expectWord(t, line, judge(c), want)
	}
}

func TestOneMailbox(t *testing.T) {
	for line, want := range map[string]conform.Word{
		"RCPT TO:<" + quotedMailbox + ">":   conform.Pass,
		"RCPT TO:<@example.net>":            conform.Warn,
		"RCPT TO:<a@evil.test>":             conform.Fail,
		`RCPT TO:<"a@evil.test"@evil.test>`: conform.Fail,
	} {
		c := spoken(t, rfc.SECURITY, []string{quotedMailbox}, conform.Outcome{Class: conform.OK}, line+" -> 250")
		expectWord(t, line, oneMailbox(c), want)
	}
}
