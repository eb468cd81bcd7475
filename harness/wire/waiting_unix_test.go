//go:build unix

package wire

import (
	"net"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// awaitArrival waits until something has arrived on a connection on which
// nothing had, and takes nothing of it, not even the error of a reset.
func awaitArrival(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	again := false
	if err := raw.Read(func(uintptr) bool { defer func() { again = true }(); return again }); err != nil {
		t.Fatal(err)
	}
}

// A look at a connection does not change what is said of its end.
func TestALookAtAConnectionThatHasEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		leave func(*net.TCPConn) error
		end   record.End
	}{
		"in order":    {(*net.TCPConn).Close, record.EndClientClosed},
		"half of it":  {(*net.TCPConn).CloseWrite, record.EndClientClosed},
		"by a reset":  {func(c *net.TCPConn) error { c.SetLinger(0); return c.Close() }, record.EndClientReset},
		"not ended":   {func(c *net.TCPConn) error { return nil }, record.StillOpen},
		"with octets": {func(c *net.TCPConn) error { c.Write([]byte("x")); return c.Close() }, record.StillOpen},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := dialTCP(t)
			s := &Session{sock: &socket{Conn: server}}
			if err := tt.leave(client); err != nil {
				t.Fatal(err)
			}
			if name != "not ended" {
				awaitArrival(t, server)
			}
			looked := s.sock.hungUp()
			if looked != (tt.end != record.StillOpen) {
				t.Errorf("a look says that it ended: %t", looked)
			}
			if !looked {
				return
			}
			_, err := s.sock.Read(make([]byte, 1))
			if end, _ := s.endOf(err); err == nil || end != tt.end {
				t.Errorf("the read behind it: %v, which is %q", err, end)
			}
			if _, err = server.Write([]byte("x")); err == nil {
				return // it takes the client's system to refuse what comes behind a FIN
			}
			if end, _ := s.endOf(err); end != tt.end {
				t.Errorf("the write behind it: %v, which is %q", err, end)
			}
		})
	}
}
