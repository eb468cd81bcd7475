package conform

import (
	"context"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// Spec is one scenario as a test of one client: a name, labels, and a func that
// fails the test. Any framework can run it; with Ginkgo:
//
//	var _ = Describe("my mailer", func() {
//		for s := range conform.Specs(client, catalog.All()) {
//			It(s.Text, Label(s.Labels...), func(ctx SpecContext) { s.Check(ctx, GinkgoT()) })
//		}
//	})
type Spec struct {
	Text   string   // "greet-multiline: Multiline greeting"
	Labels []string // group, level and RFCs: "greet", "MUST", "RFC 5321"
	Check  func(context.Context, harness.TB)
}

// Specs yields a Spec for each scenario. The client is calibrated once, by
// whichever Spec is checked first.
func Specs(client Client, scenarios []*Scenario, opts ...Option) iter.Seq[Spec] {
	suite := &suite{open: sync.OnceValues(func() (*check, error) { return openSuite(client, opts) })}
	return func(yield func(Spec) bool) {
		for _, s := range scenarios {
			if s.Overall != nil {
				continue // it looks at the results of all others
			}
			if !yield(Spec{s.ID + ": " + s.Title, labelsOf(s), func(ctx context.Context, t harness.TB) { suite.check(ctx, t, s) }}) {
				return
			}
		}
	}
}

func labelsOf(s *Scenario) []string {
	labels := []string{string(s.Level)}
	if s.Group != nil {
		labels = append(labels, s.Group.Name)
	}
	for _, c := range s.Cites {
		if name, _, _ := strings.Cut(c.String(), " §"); !contains(labels, name) {
			labels = append(labels, name)
		}
	}
	return labels
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

type suite struct {
	open func() (*check, error)
}

func openSuite(client Client, opts []Option) (*check, error) {
	k, err := newCheck(funcRunner{client, "Go func"}, opts)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(k.dir)
	if err := keepCA(k); err != nil {
		return nil, err
	}
	k.calibrate(context.Background())
	return k, nil
}

// keepCA leaves a Go client without the file: it has Job.TLS.
func keepCA(k *check) error { k.caFile = ""; return nil }

func (u *suite) check(ctx context.Context, t harness.TB, s *Scenario) {
	t.Helper()
	k, err := u.open()
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	r := &Report{Started: time.Now(), Unit: k.unit, Profile: k.profile, Trials: map[string][]*Trial{}}
	one := []*Scenario{s}
	for range 3 {
		k.playAll(ctx, "playing", k.scriptsOf(one), r.Trials)
		k.judge(r, one)
		if result := r.Result(s.ID); result == nil || result.Verdict.Word != Fail {
			break
		}
	}
	tellSpec(t, r, s)
}

// tellSpec fails t for a failure, and logs everything else.
func tellSpec(t harness.TB, r *Report, s *Scenario) {
	t.Helper()
	result := r.Result(s.ID)
	if result == nil {
		t.Logf("%s: not played", s.ID)
		return
	}
	say := t.Logf
	if result.Bad(r.Strict) || result.Verdict.Word == Error {
		say = t.Errorf
	}
	say("%s: %s\n%s\n%s", result.Verdict.Word, result.Verdict.Text, s.Expect, Transcripts(r, result))
}

// Transcripts returns the sessions that a result rests on, as text.
func Transcripts(r *Report, result *Result) string {
	var b strings.Builder
	for _, script := range result.Scripts {
		for _, run := range r.Trials[script][:min(1, len(r.Trials[script]))] {
			for _, session := range run.Sessions {
				b.WriteString(session.Transcript())
			}
		}
	}
	return b.String()
}
