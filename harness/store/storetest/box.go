package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// patience is how long a test waits for what has to come.
var patience = 30 * time.Second

// start is when the first message of a test comes.
var start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// box is a store with the messages that were put into it, by the test's own
// account.
type box struct {
	*testing.T
	store.Store
	options Options
	ctx     context.Context
	mail    []*store.Entry // in the order of Seq; a test changes it with the store
}

func newBox(t *testing.T, s store.Store, o Options) *box {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return &box{T: t, Store: s, options: o, ctx: ctx}
}

// breaches stands for the rules of lint.
func breaches(m *message.Message) []string {
	var rules []string
	for i, rule := range []string{"lint-date", "lint-line-998", "lint-message-id"} {
		if (m.Size()+i)%3 == 0 {
			rules = append(rules, rule)
		}
	}
	return rules
}

// newMail returns message i of a test, which comes i seconds behind start.
func newMail(i int, raw []byte) *store.Mail {
	return &store.Mail{
		ID: store.NewID(), Session: store.NewID(), At: start.Add(time.Duration(i) * time.Second), Size: len(raw),
		Envelope: record.Envelope{From: "a@example.mn", Recipients: []record.Recipient{
			{Address: "b@example.mn", Reply: record.NewReply(250, "2.1.5 Ok")},
		}},
		Reply: record.NewReply(250, "2.0.0 Ok"),
	}
}

// data is a message in pieces, as a long one comes.
func data(raw []byte) store.Raw {
	whole, d := &record.Data{}, &record.Data{}
	whole.SetRaw(raw)
	sent := whole.Sent()
	d.SetSent(len(sent)-len(raw), nil, slices.Collect(slices.Chunk(sent, 300<<10))...)
	return d
}

// put commits a message and accounts for it.
func (b *box) put(m *store.Mail, raw []byte) *store.Entry {
	b.Helper()
	b.must(b.Put(b.ctx, m, data(raw)))
	e := &store.Entry{Mail: *m, Digest: b.options.Digester.Of(m, store.Octets(raw))}
	b.mail = append(b.mail, e)
	return e
}

// putText commits message i of a test, with a text.
func (b *box) putText(i int, text string) *store.Entry {
	b.Helper()
	raw := []byte("Subject: message " + fmt.Sprint(i) + "\r\n\r\n" + text + "\r\n")
	return b.put(newMail(i, raw), raw)
}

// putTexts commits n messages.
func (b *box) putTexts(n int) {
	b.Helper()
	for i := range n {
		b.putText(i, "text")
	}
}

func (b *box) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// all returns what a page of every size finds, the newest first.
func (b *box) all(p store.Page) []*store.Entry {
	b.Helper()
	p.Limit = store.MaxLimit
	var all []*store.Entry
	for {
		l, err := b.List(b.ctx, p)
		b.must(err)
		all = append(all, l.Entries...)
		if !l.More {
			return all
		}
		p.Before = all[len(all)-1].Seq
	}
}

// matching returns the IDs of the messages, by the test's account, the newest
// first.
func (b *box) matching(match func(*store.Entry) bool) []store.ID {
	ids := []store.ID{}
	for _, e := range slices.Backward(b.mail) {
		if match(e) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// forget takes messages out of the account.
func (b *box) forget(gone func(*store.Entry) bool) { b.mail = slices.DeleteFunc(b.mail, gone) }

// holds checks that the store has what the account has, and nothing else.
func (b *box) holds() {
	b.Helper()
	b.same("messages", ids(b.all(store.Page{})), b.matching(func(*store.Entry) bool { return true }))
}

func (b *box) same(what string, got, want []store.ID) {
	b.Helper()
	if !slices.Equal(got, want) {
		b.Errorf("%s: %d\n%v\nwant %d\n%v", what, len(got), got, len(want), want)
	}
}

func ids(entries []*store.Entry) []store.ID {
	ids := []store.ID{}
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

func (b *box) content(id store.ID) []byte {
	b.Helper()
	r, err := b.Open(b.ctx, id)
	b.must(err)
	raw, err := io.ReadAll(r)
	b.must(err)
	b.must(r.Close())
	return raw
}

// sameEntry compares what was read with the account.
func (b *box) sameEntry(got, want *store.Entry) {
	b.Helper()
	if g, w := entryText(got), entryText(want); g != w {
		b.Errorf("message\n%s\nwant\n%s", record.Clip(g, 4000), record.Clip(w, 4000))
	}
}

// entryText is all of an entry but for the difference between nil and empty,
// and the location of times.
func entryText(e *store.Entry) string {
	m := e.Mail
	m.Envelope, m.Reply = record.Envelope{}, record.Reply{}
	m.At = m.At.UTC().Truncate(time.Microsecond)
	d := *e.Digest
	d.Date = d.Date.UTC()
	return fmt.Sprintf("%+v\n%s\n%s\n%s\nread %t pinned %t tags %q", m, jsonOf(e.Envelope), jsonOf(e.Reply), record.Escape(fmt.Sprintf("%+v", d)), e.Read, e.Pinned, e.Tags)
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func ptr[T any](v T) *T { return &v }
