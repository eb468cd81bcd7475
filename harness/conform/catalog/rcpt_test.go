package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

const (
	opened    = "EHLO x -> 250\nMAIL FROM:<a@example.org> -> 250\n"
	first     = "RCPT TO:<r1@example.net> -> 250\n"
	second    = "RCPT TO:<r2@example.net> -> 550\n"
	third     = "RCPT TO:<r3@example.net> -> 250\n"
	completed = "DATA -> 354\n(data) -> 250\nQUIT -> 221\n"
)

var ofThree = []string{"r1@example.net", "r2@example.net", "r3@example.net"}

func TestOneLeftOut(t *testing.T) {
	r2 := map[string]conform.Class{"r2@example.net": conform.Perm}
	judge := oneLeftOut("r2@example.net", conform.Perm, 550)
	for name, test := range map[string]struct {
		outcome  conform.Outcome
		sessions []string
		want     conform.Word
	}{
		"the others got it, r2 is reported": {conform.Outcome{Class: conform.Perm, Code: 550, Rcpts: r2}, []string{opened + first + second + third + completed}, conform.Pass},
		"r2 is named in words":              {conform.Outcome{Class: conform.Failed, Text: "r2@example.net: 550 x"}, []string{opened + first + second + third + completed}, conform.Pass},
		"gave up":                           {conform.Outcome{Class: conform.Perm, Code: 550, Rcpts: r2}, []string{opened + first + second + "QUIT -> 221"}, conform.Pass},
		"gave up, and names nobody":         {conform.Outcome{Class: conform.Perm, Code: 550}, []string{opened + first + second + "QUIT -> 221"}, conform.Warn},
		"success":                           {conform.Outcome{Class: conform.OK}, []string{opened + first + second + third + completed}, conform.Fail},
		"one session for each": {conform.Outcome{Class: conform.Perm, Rcpts: r2},
			[]string{opened + first + completed, opened + second + "QUIT -> 221", opened + third + completed}, conform.Pass},
		"one who got it is reported too": {conform.Outcome{Class: conform.Perm, Rcpts: map[string]conform.Class{"r1@example.net": conform.Perm, "r2@example.net": conform.Perm}},
			[]string{opened + first + second + third + completed}, conform.Fail},
		"queued":           {conform.Outcome{Class: conform.Queued}, []string{opened + first + second + third + completed}, conform.Pass},
		"it never came so": {conform.Outcome{Class: conform.Temp}, []string{opened + "QUIT -> 221"}, conform.Inconclusive},
		"no session":       {conform.Outcome{Class: conform.Temp}, nil, conform.Inconclusive},
	} {
		expectWord(t, name, judge(spoken(t, rfc.DERIVED, ofThree, test.outcome, test.sessions...)), test.want)
	}
}

func TestKeptApart(t *testing.T) {
	const mixed = opened + first + "RCPT TO:<r2@example.net> -> 450\n"
	const both = mixed + "RCPT TO:<r3@example.net> -> 550\n" + completed
	classes := map[string]conform.Class{"r2@example.net": conform.Temp, "r3@example.net": conform.Perm}
	for name, test := range map[string]struct {
		outcome conform.Outcome
		session string
		want    conform.Word
	}{
		"told singly":   {conform.Outcome{Class: conform.Perm, Rcpts: classes}, both, conform.Pass},
		"told in words": {conform.Outcome{Class: conform.Failed, Text: "r2@example.net: 450 x; r3@example.net: 550 x"}, both, conform.Pass},
		"one code":      {conform.Outcome{Class: conform.Failed, Text: "r2@example.net, r3@example.net: 550 x"}, both, conform.Warn},
		"gave up at r2": {conform.Outcome{Class: conform.Temp, Text: "r2@example.net: 450 x"}, mixed + "QUIT -> 221", conform.Pass},
		"success":       {conform.Outcome{Class: conform.OK}, both, conform.Fail},
	} {
		expectWord(t, name, keptApart(spoken(t, rfc.DERIVED, ofThree, test.outcome, test.session)), test.want)
	}
}

func TestRestLater(t *testing.T) {
	const full = opened + first + "RCPT TO:<r2@example.net> -> 452\nRCPT TO:<r3@example.net> -> 452\n" + completed
	const rest = opened + "RCPT TO:<r2@example.net> -> 250\n" + third + completed
	judge := restLater(452)
	late := map[string]conform.Class{"r2@example.net": conform.Temp, "r3@example.net": conform.Temp}
	never := map[string]conform.Class{"r2@example.net": conform.Perm, "r3@example.net": conform.Perm}
	for name, test := range map[string]struct {
		outcome  conform.Outcome
		sessions []string
		want     conform.Word
	}{
		"another transaction":  {conform.Outcome{Class: conform.OK}, []string{full, rest}, conform.Pass},
		"reported as later":    {conform.Outcome{Class: conform.Temp, Code: 452, Rcpts: late}, []string{full}, conform.Pass},
		"reported as never":    {conform.Outcome{Class: conform.Perm, Code: 452, Rcpts: never}, []string{full}, conform.Warn},
		"lost":                 {conform.Outcome{Class: conform.OK}, []string{full}, conform.Fail},
		"queued":               {conform.Outcome{Class: conform.Queued}, []string{full}, conform.Pass},
		"one at a time":        {conform.Outcome{Class: conform.OK}, []string{opened + first + completed, rest}, conform.Pass},
		"it did not get there": {conform.Outcome{Class: conform.Temp}, []string{opened + "QUIT -> 221"}, conform.Inconclusive},
	} {
		expectWord(t, name, judge(spoken(t, rfc.SHOULD, ofThree, test.outcome, test.sessions...)), test.want)
	}
	all := map[string]conform.Class{"r1@example.net": conform.Perm, "r2@example.net": conform.Perm, "r3@example.net": conform.Perm}
	refused := opened + first + "RCPT TO:<r2@example.net> -> 250\nRCPT TO:<r3@example.net> -> 452"
	v := judge(spoken(t, rfc.SHOULD, ofThree, conform.Outcome{Class: conform.Perm, Code: 452, Rcpts: all}, refused))
	if !strings.Contains(v.Text, "r3@example.net") {
		t.Errorf("the last was too many: %s", v.Text)
	}
}

func TestWithinLimit(t *testing.T) {
	const two = opened + first + third + completed
	for name, test := range map[string]struct {
		class    conform.Class
		sessions []string
		want     conform.Word
	}{
		"two and one":      {conform.OK, []string{two, opened + "RCPT TO:<r2@example.net> -> 250\n" + completed}, conform.Pass},
		"does not know it": {conform.Temp, []string{opened + first + third + "RCPT TO:<r2@example.net> -> 452\n" + completed}, conform.NotApplicable},
		"lost":             {conform.OK, []string{opened + first + third + "RCPT TO:<r2@example.net> -> 452\n" + completed}, conform.Fail},
	} {
		expectWord(t, name, withinLimit(2)(spoken(t, rfc.SHOULD, ofThree, conform.Outcome{Class: test.class}, test.sessions...)), test.want)
	}
}
