package api

import (
	"io"
	"net/http"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// inert is the policy of answers that hold what a sender wrote.
const inert = "default-src 'none'; sandbox; frame-ancestors 'none'"

// getRaw streams: a large message needs little memory.
func (a *API) getRaw(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	e, err := a.entry(ctx, r)
	cancel()
	if err != nil {
		return err
	}
	content, err := a.Store.Open(r.Context(), e.ID)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", disposition("attachment", string(e.ID)+".eml", ""))
	h.Set("Content-Length", strconv.Itoa(e.Size))
	h.Set("Content-Security-Policy", inert)
	_, err = io.Copy(slowWriter{w, patient(w, writeTime)}, content)
	return err
}

func (a *API) getText(w http.ResponseWriter, r *request) error {
	var text string
	err := a.takeApart(r, func(_ *store.Entry, raw []byte) {
		m := message.Parse(raw)
		if text = m.Text(); text == "" {
			text = m.VisibleText()
		}
	})
	if err != nil {
		return err
	}
	return writePlain(w, http.StatusOK, text)
}

func writePlain(w http.ResponseWriter, status int, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Security-Policy", inert)
	w.WriteHeader(status)
	_, err := io.WriteString(slowWriter{w, patient(w, writeTime)}, text)
	return err
}

func (a *API) getPart(w http.ResponseWriter, r *request) error {
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 16)
	if err != nil {
		return problem.New(http.StatusNotFound, "parts have numbers, from 0")
	}
	var part *message.Part
	err = a.takeApart(r, func(_ *store.Entry, raw []byte) { part = partNumber(message.Parse(raw), n) })
	if err != nil {
		return err
	}
	if part == nil {
		return problem.New(http.StatusNotFound, "the message has no part of this number")
	}
	return writePart(w, r.PathValue("n"), part)
}

// partNumber counts from 0, which is the root; nil if there are not so many.
func partNumber(m *message.Parsed, n uint64) *message.Part {
	for p := range m.Parts() {
		if n == 0 {
			return p
		}
		n--
	}
	return nil
}

func writePart(w http.ResponseWriter, n string, p *message.Part) error {
	contentType, how := servedAs(p)
	content := p.Octets
	if contentType == plainText {
		content = p.Body
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", disposition(how, p.Filename, "part-"+n))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Security-Policy", inert)
	h.Set("X-Content-Type-Options", "nosniff")
	_, err := slowWriter{w, patient(w, writeTime)}.Write(content)
	return err
}
