package catalog

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func TestNamesForEHLO(t *testing.T) {
	for line, want := range map[string]conform.Word{
		"EHLO client.example":           conform.Pass,
		"HELO client.example":           conform.Pass,
		"EHLO [192.0.2.1]":              conform.Pass,
		"EHLO [IPv6:2001:db8::1]":       conform.Pass,
		"EHLO [ipv6:2001:db8::1]":       conform.Pass,
		"EHLO xn--80ab6c.mn":            conform.Pass,
		"EHLO localhost":                conform.Warn,
		"EHLO 192.0.2.1":                conform.Warn,
		"EHLO 2001:db8::1":              conform.Warn,
		"EHLO":                          conform.Fail,
		"EHLO my_host.example":          conform.Fail,
		"EHLO two words.example":        conform.Fail,
		"EHLO бат.mn":                   conform.Fail,
		"EHLO [2001:db8::1]":            conform.Fail,
		"EHLO [192.0.2.1":               conform.Fail,
		"EHLO client.example.":          conform.Fail,
		"EHLO -client.example":          conform.Fail,
		"EHLO client.example extra=arg": conform.Fail,
	} {
		c := spoken(t, rfc.MUST, nil, conform.Outcome{}, line+" -> 250")
		expectWord(t, line, helloNames(c), want)
	}
	expectWord(t, "no session", helloNames(spoken(t, rfc.MUST, []string{"r1@example.net"}, conform.Outcome{Class: conform.Failed})), conform.Inconclusive)
}

func TestLaterNotHELO(t *testing.T) {
	rcpts := []string{"r1@example.net"}
	const delivered = "HELO x -> 250\nMAIL FROM:<a@example.org> -> 250\nRCPT TO:<r1@example.net> -> 250\nDATA -> 354\n(data) -> 250\nQUIT -> 221"
	judge := laterNotHELO(421)
	tests := map[string]struct {
		outcome  conform.Outcome
		sessions []string
		want     conform.Word
	}{
		"temporary":                {conform.Outcome{Class: conform.Temp, Code: 421}, []string{"EHLO x -> 421"}, conform.Pass},
		"the code is lost":         {conform.Outcome{Class: conform.Temp}, []string{"EHLO x -> 421"}, conform.Warn},
		"queued":                   {conform.Outcome{Class: conform.Queued}, []string{"EHLO x -> 421", "EHLO x -> 421"}, conform.Pass},
		"HELO, and it is told":     {conform.Outcome{Class: conform.OK}, []string{"EHLO x -> 421", delivered}, conform.Warn},
		"HELO, and it is not told": {conform.Outcome{Class: conform.Temp, Code: 421}, []string{"EHLO x -> 421", delivered}, conform.Warn},
		"success without delivery": {conform.Outcome{Class: conform.OK}, []string{"EHLO x -> 421"}, conform.Fail},
	}
	for name, test := range tests {
		expectWord(t, name, judge(spoken(t, rfc.MUST, rcpts, test.outcome, test.sessions...)), test.want)
	}
}

func TestFindsLowerCase(t *testing.T) {
	signed := record.AuthAttempt{Mechanism: "PLAIN", OK: true}
	for name, test := range map[string]struct {
		both, keyword bool
		want          conform.Word
	}{
		"both":             {true, true, conform.Pass},
		"the keyword":      {false, true, conform.Warn},
		"neither":          {false, false, conform.Fail},
		"both by accident": {true, false, conform.Pass},
	} {
		rcpts := []string{"r1@example.net"}
		const delivered = "EHLO x -> 250\nMAIL FROM:<a@example.org> -> 250\nRCPT TO:<r1@example.net> -> 250\nDATA -> 354\n(data) -> 250\nQUIT -> 221"
		c, alone := spoken(t, rfc.MUST, rcpts, conform.Outcome{Class: conform.OK}, delivered), spoken(t, rfc.MUST, rcpts, conform.Outcome{Class: conform.OK}, delivered)
		if test.both {
			c.Sessions[0].Auth = append(c.Sessions[0].Auth, signed)
		}
		if test.keyword {
			alone.Sessions[0].Auth = append(alone.Sessions[0].Auth, signed)
		}
		c.Trials = append(c.Trials, alone.Trial)
		expectWord(t, name, findsLowerCase(c), test.want)
	}
}
