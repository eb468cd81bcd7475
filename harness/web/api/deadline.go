package api

import (
	"net/http"
	"time"
)

// writeTime is how long a client may take for one piece of an answer.
const writeTime = 10 * time.Second

// patience moves the deadlines of a connection, which the server sets for short
// answers. A server without them, as in a test, is left alone.
type patience struct{ *http.ResponseController }

// patient returns the patience of an answer that begins within d. Reading has
// no deadline any more: behind the request, it only tells that the client went.
func patient(w http.ResponseWriter, d time.Duration) patience {
	p := patience{http.NewResponseController(w)}
	p.SetReadDeadline(time.Time{})
	p.more(d)
	return p
}

// more gives the client so long from now on.
func (p patience) more(d time.Duration) { p.SetWriteDeadline(time.Now().Add(d)) }

// slowWriter gives the client a time for each piece of a long answer.
type slowWriter struct {
	w http.ResponseWriter
	p patience
}

const piece = 256 << 10 // octets

func (s slowWriter) Write(b []byte) (written int, err error) {
	for len(b) > 0 && err == nil {
		var n int
		s.p.more(3 * writeTime)
		n, err = s.w.Write(b[:min(len(b), piece)])
		written, b = written+n, b[n:]
	}
	return written, err
}
