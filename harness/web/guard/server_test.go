package guard_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/web/guard"
)

// serve starts a server for a test.
func serve(t *testing.T, l net.Listener, change func(*http.Server)) net.Addr {
	t.Helper()
	s := guard.Server(newGuard(t, guard.Config{}), quiet)
	if change != nil {
		change(s)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return l.Addr()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t *testing.T, a net.Addr) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", a.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// answerTo returns the status line.
func answerTo(t *testing.T, c net.Conn, request string) string {
	t.Helper()
	go io.WriteString(c, request)
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestServerHasAllTimeouts(t *testing.T) {
	s := guard.Server(nil, nil)
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes != 64<<10 {
		t.Errorf("%+v", s)
	}
}

func TestHalfOpenRequestsAreCut(t *testing.T) {
	a := serve(t, listen(t), func(s *http.Server) {
		s.ReadHeaderTimeout = 20 * time.Millisecond
		s.ReadTimeout = 20 * time.Millisecond
	})
	for _, begin := range []string{"", "GET / HT", "GET / HTTP/1.1\r\nHost: loc"} {
		c := dial(t, a)
		io.WriteString(c, begin)
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("%q: %v", begin, err)
		}
	}
}

func TestLongHeadersAreRefused(t *testing.T) {
	a := serve(t, listen(t), nil)
	long := "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("a", guard.MaxHeader+8<<10) + "\r\n\r\n"
	if got := answerTo(t, dial(t, a), long); !strings.Contains(got, " 431 ") {
		t.Error(got)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
	closed := make(chan struct{}, 1)
	a := serve(t, guard.Limit(listen(t), 1), func(s *http.Server) {
		s.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed <- struct{}{}
			}
		}
	})
	first := dial(t, a)
	if got := answerTo(t, first, request); !strings.Contains(got, " 200 ") {
		t.Fatal(got)
	}
	second := dial(t, a)
	if line, _ := bufio.NewReader(second).ReadString('\n'); !strings.Contains(line, " 503 ") {
		t.Errorf("the second connection: %q", line)
	}
	first.Close()
	<-closed
	if got := answerTo(t, dial(t, a), request); !strings.Contains(got, " 200 ") {
		t.Error(got)
	}
}
