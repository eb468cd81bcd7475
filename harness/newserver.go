package harness

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// TB is what the harness needs of a test. *testing.T, *testing.B, *testing.F,
// GinkgoT() and GinkgoTB() satisfy it; no Ginkgo import is needed.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Cleanup(func())
}

// ginkgoT is what a Ginkgo test can do beyond TB, since 2.34. It is found by
// its methods: the harness does not depend on Ginkgo.
type ginkgoT interface {
	DeferOnFailure(args ...any)
	AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
	AttachProgressReporter(func() string) func()
}

// NewServer starts a server for a test. It listens when NewServer returns, and
// is closed at the end of t. If t fails it gets the transcript; t fails if
// something happened that the options do not allow.
func NewServer(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := Listen(context.Background(), opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	s.reportOnFailure(t)
	if to := s.opts.reportTo; to != nil {
		s.reportOnFailure(to)
	}
	t.Cleanup(func() {
		t.Helper()
		s.endOfTest(t)
	})
	return s
}

// reportOnFailure attaches the record to the report of a Ginkgo test that
// fails, while the server is still alive.
func (s *Server) reportOnFailure(t TB) {
	g, ok := t.(ginkgoT)
	if !ok {
		return
	}
	g.DeferOnFailure(func() {
		g.AddReportEntryVisibilityFailureOrVerbose("SMTP sessions at "+s.Addr(), s.Report())
	})
	g.AttachProgressReporter(s.progress)
}

// endOfTest closes the server and tells t what went wrong.
func (s *Server) endOfTest(t TB) {
	t.Helper()
	err := s.Close()
	complaints := s.complaints()
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	if _, ginkgo := t.(ginkgoT); !ginkgo && (t.Failed() || len(complaints) > 0) {
		t.Logf("%s", s.Report())
	}
	if len(complaints) > 0 {
		t.Errorf("%s", strings.Join(complaints, "\n"))
	}
}

// complaints are the breaches of what the test asked for.
func (s *Server) complaints() []string {
	var all []string
	for _, v := range s.Violations() {
		all = append(all, fmt.Sprintf("harness: %s: %s", v.Rule, record.Escape(v.Text)))
	}
	for _, r := range s.rules.Unfired() {
		all = append(all, fmt.Sprintf("harness: rule %s was required and never fired", r))
	}
	return all
}

// progress tells of the open sessions, for whoever asks what a test that hangs
// is doing.
func (s *Server) progress() string {
	var b strings.Builder
	for _, session := range s.Sessions() {
		if session.End == record.StillOpen {
			fmt.Fprintf(&b, "SMTP session %d open for %s, last: %s\n", session.ID, session.Lasted, session.Last())
		}
	}
	return b.String()
}

// CAFile writes the certificate of the CA of this process to a file, for
// SSL_CERT_FILE or a client in another language, and returns its path. It is
// removed at the end of t.
func (s *Server) CAFile(t TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "smtpspec-ca")
	if err != nil {
		t.Fatalf("harness: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(path, s.CA(), 0o644); err != nil {
		t.Fatalf("harness: %v", err)
	}
	return path
}
