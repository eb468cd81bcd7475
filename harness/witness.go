package harness

import (
	"context"
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// witness is what a test asks for the record: a server, or a scope of one.
type witness interface {
	Addr() string
	Messages() []*Message
	Sessions() []*Session
	Violations() []Violation
	Report() *Report

	// await returns nil when the goal is reached. The error says what came
	// first: the end of ctx, or something that the test does not allow.
	await(ctx context.Context, g goal) error
}

// ginkgoT is what a Ginkgo test can do beyond TB, since 2.34. It is found by
// its methods: the harness does not depend on Ginkgo.
type ginkgoT interface {
	DeferOnFailure(args ...any)
	AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
	AttachProgressReporter(func() string) func()
}

// reportOnFailure attaches the record to the report of a Ginkgo test that
// fails, before anything of it is torn down.
func reportOnFailure(t TB, w witness) {
	g, ok := t.(ginkgoT)
	if !ok {
		return
	}
	g.DeferOnFailure(func() {
		g.AddReportEntryVisibilityFailureOrVerbose("SMTP sessions at "+w.Addr(), w.Report())
	})
	t.Cleanup(g.AttachProgressReporter(func() string { return progress(w.Sessions()) }))
}

// tell lets t fail for the complaints, and gives it the transcript if it fails
// for whatever reason.
func tell(t TB, w witness, complaints []string) {
	t.Helper()
	if _, ginkgo := t.(ginkgoT); !ginkgo && (t.Failed() || len(complaints) > 0) {
		t.Logf("%s", w.Report())
	}
	if len(complaints) > 0 {
		t.Errorf("%s", strings.Join(complaints, "\n"))
	}
}

// complaintsOf says in sentences what broke the demands of a test.
func complaintsOf(violations []Violation, unfired []Rule) []string {
	var all []string
	for _, v := range violations {
		all = append(all, fmt.Sprintf("harness: %s: %s", v.Rule, record.Escape(v.Text)))
	}
	for _, r := range unfired {
		all = append(all, fmt.Sprintf("harness: rule %s was required and never fired", r))
	}
	return all
}

// progress tells of the open sessions, for whoever asks what a test that hangs
// is doing.
func progress(all []*Session) string {
	var b strings.Builder
	for _, session := range all {
		if session.End == record.StillOpen {
			fmt.Fprintf(&b, "SMTP session %d open for %s, last: %s\n", session.ID, session.Lasted, session.Last())
		}
	}
	return b.String()
}
