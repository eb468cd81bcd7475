package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// caseOf is the run of a client with the password "correct-horse" that said
// this and reported so.
func heardCase(t *testing.T, class conform.Class, transcripts ...string) *conform.Case {
	t.Helper()
	run := &conform.Trial{Outcome: conform.Outcome{Class: class}}
	run.Job = record.Job{From: "a@b.mn", Rcpts: []string{"c@d.mn"}, Messages: []record.Draft{{Raw: []byte{}}}, Pass: "correct-horse", Security: record.SecurityStartTLS}
	for i, text := range transcripts {
		s, err := record.ParseTranscript(strings.ReplaceAll(text, "|", "\n") + "\n")
		if err != nil {
			t.Fatal(err)
		}
		s.ID = i + 1
		run.Sessions = append(run.Sessions, s)
	}
	return &conform.Case{Trial: run, Trials: []*conform.Trial{run}, Scenario: &conform.Scenario{Level: rfc.MUST}, Profile: &conform.Profile{}}
}

func TestShows(t *testing.T) {
	for text, want := range map[string]bool{
		"AUTH PLAIN AGJhdABjb3JyZWN0LWhvcnNl":     true,  // \0bat\0correct-horse
		"failed: AGJhdABjb3JyZWN0LWhvcnNl, sorry": true,  // in a sentence
		"Y29ycmVjdC1ob3JzZQ==":                    true,  // padded
		"Y29ycmVjdC1ob3JzZQ":                      true,  // not padded
		"pass correct-horse":                      true,  // as it is
		"AUTH PLAIN AGJhdABhbm90aGVy":             false, // \0bat\0another
		"YmF0IDAxMjM0NTY3":                        false,
		"":                                        false,
	} {
		if got := shows(text, "correct-horse"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if shows("anything", "") {
		t.Error("an empty password is shown by everything")
	}
}

func TestXtextMailbox(t *testing.T) {
	for value, want := range map[string]bool{
		"a@b.mn": true, "e+3Dmc2@b.mn": true, "a+40b.mn": true,
		"": false, "a": false, "<a@b.mn>": false, "a=b@c.mn": false, "a+3d@b.mn": false, "a+3": false, "а@b.mn": false,
	} {
		if got := xtextMailbox(value); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

const (
	offeredAuth = "S: 220 mx|C: EHLO x|S: 250-mx|S: 250 AUTH PLAIN CRAM-MD5|"
	mailTaken   = "C: MAIL FROM:<a@b.mn>|S: 250 ok"
)

func TestMailUnsigned(t *testing.T) {
	for text, want := range map[string]bool{
		offeredAuth + mailTaken:                                    true,
		offeredAuth + "C: AUTH PLAIN eA==|S: 535 no|" + mailTaken:  true,
		offeredAuth + "C: AUTH PLAIN eA==|S: 235 yes|" + mailTaken: false,
		"S: 220 mx|C: QUIT|S: 221 bye":                             false,
	} {
		if _, got := mailUnsigned(heardCase(t, conform.Failed, text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	// Whoever has signed in on one connection has not on the next.
	c := heardCase(t, conform.Failed, offeredAuth+"C: AUTH PLAIN eA==|S: 235 yes", offeredAuth+mailTaken)
	if mail, got := mailUnsigned(c); !got || mail.Session.ID != 2 {
		t.Errorf("%v in %+v", got, mail.Session)
	}
}

func TestOnlyMechanisms(t *testing.T) {
	for text, want := range map[string]conform.Word{
		"C: AUTH  CRAM-MD5|S: 504 no|":  conform.Pass, // two spaces are another matter
		"C: AUTH cram-md5|S: 504 no|":   conform.Pass,
		"C: AUTH PLAIN eA==|S: 535 no|": conform.Fail,
	} {
		if got := onlyMechanisms("CRAM-MD5")(heardCase(t, conform.Failed, offeredAuth+text)); got.Word != want && (want == conform.Fail || got.Word == conform.Fail) {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestAnotherMechanism(t *testing.T) {
	const refused = "C: AUTH CRAM-MD5|S: 504 no|"
	for text, want := range map[string]conform.Word{
		offeredAuth + refused + refused:                                           conform.Fail,
		offeredAuth + refused + "C: AUTH PLAIN eA==|S: 535 no":                    conform.Pass,
		offeredAuth + "C: AUTH PLAIN eA==|S: 535 no|C: AUTH PLAIN eA==|S: 535 no": conform.Pass,
	} {
		if got := anotherMechanism(heardCase(t, conform.Failed, text)); got.Word != want {
			t.Errorf("%s: %+v", text, got)
		}
	}
	// A retry on a connection of its own may begin as the first one did.
	if got := anotherMechanism(heardCase(t, conform.Failed, offeredAuth+refused, offeredAuth+refused)); got.Word != conform.Pass {
		t.Errorf("%+v", got)
	}
}

func TestJudgesWithoutASession(t *testing.T) {
	for _, s := range All() {
		if g := s.Group.Name; g != "auth" && g != "tls" && g != "itls" {
			continue
		}
		for _, class := range []conform.Class{conform.Failed, conform.Temp, conform.Queued} {
			c := heardCase(t, class)
			c.Scenario = s
			for len(c.Trials) < len(s.Scripts) {
				c.Trials = append(c.Trials, c.Trial)
			}
			if v := s.Judge(c); v.Word != conform.Inconclusive && s.ID != "auth-utf8" && s.ID != "auth-nul" {
				t.Errorf("%s, %s: %+v", s.ID, class, v)
			}
		}
	}
}
