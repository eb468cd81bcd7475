package conform_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
)

// groups are those where it matters how a client makes its sessions, without
// what takes long to send.
var groups = []string{"greet-*", "ehlo-*", "env-*", "mail-*", "rcpt-*", "final-*", "drop-*", "shut421-*", "reply-*", "quit-*",
	"reuse-*", "retry-*", "report-*", "pipe-[a-ce-z]*", "timeout-*"}

func TestClientsThatAreOddAndRight(t *testing.T) {
	for name, client := range map[string]odd{
		"nothing odd":                 {},
		"a session per recipient":     {alone: true},
		"HELO only":                   {hello: "HELO"},
		"connects fifty times before": {before: 50},
	} {
		t.Run(name, func(t *testing.T) {
			for _, result := range checked(t, client).Results {
				if w := result.Verdict.Word; w == conform.Fail || w == conform.Error {
					t.Errorf("%s: %s: %s", result.Scenario, w, result.Verdict.Text)
				}
				if result.Truth == conform.FalseSuccess || result.Truth == conform.FalseFailure {
					t.Errorf("%s: %s", result.Scenario, result.Truth)
				}
			}
		})
	}
}

// A reply of several lines is all that such a client may fail for, and behind
// one a group of commands, which it sends before the replies to the last.
func TestAClientThatReadsTheFirstLineOnly(t *testing.T) {
	want := []string{"greet-multiline", "greet-multiline-slow", "ehlo-unknown-ext", "reply-multiline-bare-last", "reply-multiline-all", "reply-multiline-slow",
		"pipe-coalesced", "pipe-split", "pipe-last-only"}
	var got []string
	for _, result := range checked(t, odd{firstLine: true}).Results {
		if w := result.Verdict.Word; w == conform.Fail || w == conform.Error {
			got = append(got, result.Scenario)
		}
		if result.Truth == conform.FalseSuccess || result.Truth == conform.FalseFailure {
			t.Errorf("%s: %s", result.Scenario, result.Truth)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("it fails\n%q, not\n%q", got, want)
	}
}

func TestAClientThatAlwaysReportsSuccess(t *testing.T) {
	for _, result := range checked(t, odd{silent: true}).Results {
		fails, lies := result.Verdict.Word == conform.Fail, result.Truth == conform.FalseSuccess
		group, _, _ := strings.Cut(result.Scenario, "-")
		switch {
		case result.Scenario == "report-exit-zero" && !fails:
			t.Errorf("report-exit-zero: %+v", result.Verdict)
		case result.Scenario == "report-exit-zero":
		case fails && !lies, lies && !fails && slices.Contains([]string{"mail", "rcpt", "final", "drop", "shut421"}, group):
			t.Errorf("%s: %s, but %s: %s", result.Scenario, result.Truth, result.Verdict.Word, result.Verdict.Text)
		}
	}
}

// Whether a client tells the sender of what it could not send changes nothing
// that is said of it.
func TestClientsThatBounceLater(t *testing.T) {
	for name, client := range map[string]bouncer{
		"from the null path":         {},
		"from an address of its own": {from: "mailer-daemon@client.example"},
		"in the same session":        {same: true},
		"both":                       {from: "mailer-daemon@client.example", same: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := checked(t, client)
			client.mute = true
			quiet := checked(t, client)
			for _, want := range quiet.Results {
				got := r.Result(want.Scenario)
				if got == nil || got.Verdict.Word != want.Verdict.Word || got.Truth != want.Truth || got.End != want.End {
					t.Errorf("got %+v, want %+v\n%s\n---\n%s", got, want, conform.Transcripts(r, got), conform.Transcripts(quiet, &want))
				}
			}
		})
	}
}

// A client that is out of step does not wait for the replies that it thinks it
// has. Whether its next command or the server's reply came first is not left to
// the moment.
func TestAClientOutOfStepIsSeenTheSameAgain(t *testing.T) {
	first := checked(t, odd{firstLine: true})
	for range 3 {
		again := checked(t, odd{firstLine: true})
		for _, want := range first.Results {
			if got := again.Result(want.Scenario); got == nil || !reflect.DeepEqual(*got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	}
}

// checked is the report on a client that works. None of its goroutines is left:
// a bubble does not end before they do.
func checked(t *testing.T, client any) *conform.Report {
	t.Helper()
	runner, ok := client.(conform.Runner)
	opts := []conform.Option{conform.Only(groups...), conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) })}
	var r *conform.Report
	var err error
	if ok {
		r, err = conform.Check(t.Context(), runner, catalog.All(), opts...)
	} else {
		r, err = conform.Run(t.Context(), client.(conform.Client), catalog.All(), opts...)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !r.Profile.Works {
		t.Fatalf("it does not work: %s", r.Profile.Why)
	}
	return r
}
