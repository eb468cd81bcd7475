package record

import (
	"strings"
	"testing"
	"time"
)

// A handshake before the greeting takes its time, and stands above it.
func TestTranscriptShowsImplicitTLS(t *testing.T) {
	greeting := NewReply(220, "mx.harness.test ESMTP ready")
	greeting.At = 3 * time.Millisecond
	s := &Session{ID: 1, Remote: "127.0.0.1:34540", Greeting: greeting, End: EndQuit,
		TLS: &TLS{At: 2 * time.Millisecond, Implicit: true, Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"}}
	want := `SMTP session 1 from 127.0.0.1:34540
    +2.0ms  -- TLS 1.3, TLS_AES_128_GCM_SHA256
    +3.0ms  S: 220 mx.harness.test ESMTP ready
  end: QUIT
`
	if got := s.Transcript(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if strings.Count(s.Transcript(), "TLS 1.3") != 1 {
		t.Error("the handshake stands there more than once")
	}
}
