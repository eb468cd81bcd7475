package harness

import (
	"context"
	"os"
	"path/filepath"
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
	reportOnFailure(t, s)
	if to := s.opts.reportTo; to != nil {
		reportOnFailure(to, s)
	}
	t.Cleanup(func() {
		t.Helper()
		s.endOfTest(t)
	})
	return s
}

// endOfTest closes the server and tells t what went wrong.
func (s *Server) endOfTest(t TB) {
	t.Helper()
	err := s.Close()
	complaints := complaintsOf(s.scopes.untold(s.Violations()), s.rules.Unfired())
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	tell(t, s, complaints)
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
