package api

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// maxShown is how much of a text stands in a message's view, in octets.
const maxShown = 1 << 20

// viewOf makes the view of a message from what is stored of it and its octets.
func viewOf(e *store.Entry, raw []byte) Message { return opened(e, raw).View }

func opened(e *store.Entry, raw []byte) *Opened {
	r := &record.Message{At: e.At, Envelope: e.Envelope, Reply: e.Reply}
	r.SetRaw(raw)
	m := message.Of(r)
	return &Opened{View: view(e, r, m), Record: r, Parsed: m}
}

func view(e *store.Entry, r *record.Message, m *message.Message) Message {
	v := Message{
		ID: string(e.ID), Session: string(e.Session), Run: e.Run, At: stamp(e.At), Size: e.Size,
		Read: e.Read, Pinned: e.Pinned, Tags: listed(e.Tags),
		Client: clientOf(e.Facts), Envelope: envelopeOf(e.Envelope), Reply: replyOf(e.Reply),
		Headers: headersOf(m.Header()),
		From:    addresses(m.From()), To: addresses(m.To()), Cc: addresses(m.Cc()), Bcc: addresses(m.BccField()),
		ReplyTo: addresses(m.ReplyTo()), Blind: listed(m.Bcc()),
		Subject: m.Subject(), MessageID: m.MessageID(), Date: stamp(m.Date()),
		Links: listed(m.Links()), Codes: []string{}, Warnings: listed(m.Warnings()), Findings: findingsOf(lint.Message(r)),
	}
	if code, err := m.Code(); err == nil {
		v.Codes = append(v.Codes, code)
	}
	var cutText, cutHTML bool
	v.Text, cutText = shortened(m.Text())
	v.HTML, cutHTML = shortened(m.HTML())
	v.Cut = cutText || cutHTML
	v.Parts, v.Files = partsOf(m)
	return v
}

func shortened(s string) (short string, cut bool) {
	if len(s) <= maxShown {
		return s, false
	}
	end := maxShown
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], true
}

func partsOf(m *message.Message) (all, files []Part) {
	all, files = []Part{}, []Part{}
	attached := map[*message.Part]bool{}
	for _, p := range m.Attachments() {
		attached[p] = true
	}
	for p := range m.Parts() {
		view := partOf(p, len(all), attached[p])
		all = append(all, view)
		if attached[p] {
			files = append(files, view)
		}
	}
	return all, files
}

func partOf(p *message.Part, n int, attached bool) Part {
	view := Part{
		N: n, Path: p.Path, Type: p.ContentType, Charset: p.Charset, Encoding: p.Encoding, Disposition: p.Disposition,
		Name: p.Filename, ContentID: p.ContentID, Size: len(p.Octets), Attachment: attached, Embedded: p.Embedded(),
	}
	view.Served, _ = servedAs(p)
	if !strings.HasPrefix(p.ContentType, "multipart/") {
		sum := sha256.Sum256(p.Octets)
		view.SHA256 = hex.EncodeToString(sum[:])
		old := md5.Sum(p.Octets)
		view.MD5 = hex.EncodeToString(old[:])
	}
	return view
}

func headersOf(h message.Header) []Header {
	list := make([]Header, 0, len(h))
	for _, f := range h {
		list = append(list, Header{f.Name, f.Value(), f.Raw})
	}
	return list
}

func envelopeOf(e record.Envelope) Envelope {
	out := Envelope{e.From, paramsOf(e.Params), []Recipient{}}
	for _, r := range e.Recipients {
		view := Recipient{Address: r.Address, Accepted: r.Accepted(), Params: paramsOf(r.Params), Reply: replyOf(r.Reply)}
		if r.Final.Code != 0 {
			final := replyOf(r.Final)
			view.Final = &final
		}
		out.Recipients = append(out.Recipients, view)
	}
	return out
}

func paramsOf(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func replyOf(r record.Reply) Reply { return Reply{r.Code, r.Enhanced, r.Text(), r.Rule} }

func findingsOf(found []lint.Finding) []Finding {
	list := make([]Finding, 0, len(found))
	for _, f := range found {
		view := Finding{ID: f.Rule, Text: f.Text, Part: f.Part, Command: f.Command, Offset: f.Offset, Octets: f.Octets, More: f.More}
		if rule, ok := lint.ByID(f.Rule); ok {
			view.Level, view.Rule, view.Effect, view.Fix = string(rule.Level), rule.Text, rule.Effect, rule.Fix
			if len(rule.Cites) > 0 {
				view.RFC, view.URL = rule.Cites[0].String(), rule.Cites[0].URL()
			}
		}
		list = append(list, view)
	}
	return list
}
