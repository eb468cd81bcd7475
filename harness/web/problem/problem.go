// Package problem has the form of every error that the web side answers with:
// problem documents, RFC 9457.
package problem

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// ContentType is that of a problem document, RFC 9457 §3.
const ContentType = "application/problem+json"

// Problem is an error that is told to the client as it stands: nothing in it
// may come from inside. As an error it can be returned through all floors.
type Problem struct {
	Status   int    `json:"status"`             // of HTTP
	Title    string `json:"title"`              // that of the status
	Detail   string `json:"detail"`             // what is wrong, and what to do
	Position *int   `json:"position,omitempty"` // in characters from 0, where text was parsed
}

// New returns a problem. Its detail is a sentence without a capital.
func New(status int, format string, args ...any) *Problem {
	return &Problem{Status: status, Title: http.StatusText(status), Detail: fmt.Sprintf(format, args...)}
}

// At returns a copy that says where in the text of the client it is.
func (p *Problem) At(position int) *Problem {
	c := *p
	c.Position = &position
	return &c
}

func (p *Problem) Error() string { return p.Detail }

// Write answers with p.
func (p *Problem) Write(w http.ResponseWriter) { WriteJSON(w, p.Status, ContentType, p) }

// WriteJSON answers with a JSON document, which is never stored by a cache.
func WriteJSON(w http.ResponseWriter, status int, contentType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, contentType = http.StatusInternalServerError, ContentType
		b = []byte(`{"status":500,"title":"Internal Server Error","detail":"the answer has no JSON form"}`)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}
