package harness_test

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// A client that does not wait for the 221 has closed the connection itself.
func TestClientGoneBeforeThe221(t *testing.T) {
	for name, tt := range map[string]struct {
		leave time.Duration // behind its QUIT
		end   harness.End
		code  int
	}{
		"at once":                {0, harness.EndClientClosed, 0},
		"while the server waits": {time.Minute, harness.EndClientClosed, 0},
		"behind the 221":         {time.Hour, harness.EndQuit, 221},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := harness.NewServer(t, harness.InMemory(), harness.InTurns(), harness.WithRules(harness.On(harness.QUIT).Delay(2*time.Minute)))
				conn, err := srv.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(conn, make([]byte, len("220 mx.harness.test ESMTP ready\r\n"))); err != nil {
					t.Fatal(err)
				}
				if _, err := conn.Write([]byte("QUIT\r\n")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.leave)
				conn.Close()
				srv.WaitIdle(t.Context())
				s := srv.Sessions()[0]
				if quit, _ := s.Command("QUIT", 1); s.End != tt.end || quit.Reply.Code != tt.code {
					t.Errorf("ended as %s:\n%s", s.End, s.Transcript())
				}
			})
		})
	}
}
