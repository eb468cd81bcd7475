package harness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/wire"
)

// Close cuts every session and returns when nothing of the server runs any
// more. If that takes longer than 5 seconds the error says what is held up,
// and by whom; the server goes on closing.
func (s *Server) Close() error {
	defer s.sharing.close()
	s.stopAccepting()
	for _, session := range s.openSessions() {
		session.Abort()
	}
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	patience := time.NewTimer(5 * time.Second)
	defer patience.Stop()
	select {
	case <-done:
		return nil
	case <-patience.C:
		return s.hangReport()
	}
}

func (s *Server) stopAccepting() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
	s.mu.Unlock()
	for _, l := range s.listeners {
		l.Close()
	}
	s.accepting.Wait()
}

// Shutdown accepts no more connections, sends 421 to the idle ones, and lets
// open transactions end until ctx is done. A client that was sent its 421 has a
// second to read it and to hang up. Then the server closes.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopAccepting()
	for _, session := range s.openSessions() {
		session.Drain()
	}
	// Until they are gone, not only ended in the record: the end stands there
	// before the client is told.
	for changed := s.changed.next(); !s.Closed(); changed = s.changed.next() {
		select {
		case <-changed:
		case <-ctx.Done():
			return s.Close()
		}
	}
	return s.Close()
}

// Closed says that the server was closed and that none of its sessions runs any
// more: its record will not change.
func (s *Server) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed && s.history.running == 0
}

// idle says that no session is open.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.open == 0
}

func (s *Server) openSessions() []*wire.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.live()
}

func (s *Server) hangReport() error {
	var b strings.Builder
	for _, session := range s.openSessions() {
		fmt.Fprintf(&b, "\n%s", session.Snapshot().Transcript())
	}
	return fmt.Errorf("harness: closing takes longer than 5 s; a function given to a rule or an option may hold these sessions:%s", b.String())
}
