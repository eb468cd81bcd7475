package sqlite

import (
	"encoding/binary"
	"errors"
	"net/mail"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

var errForm = errors.New("a row of the store is damaged, or of a later version of it")

// unpacker takes apart what a packer made. Behind the first fault everything
// it returns is empty.
type unpacker struct {
	rest string
	bad  bool
}

func unpack(b []byte) *unpacker {
	if len(b) == 0 || b[0] != form {
		return &unpacker{bad: true}
	}
	return &unpacker{rest: string(b[1:])}
}

func (u *unpacker) err() error {
	if u.bad {
		return errForm
	}
	return nil
}

func (u *unpacker) fail() { u.bad, u.rest = true, "" }

func (u *unpacker) head() []byte { return []byte(u.rest[:min(len(u.rest), binary.MaxVarintLen64)]) }

func (u *unpacker) int() int {
	i, n := binary.Varint(u.head())
	if n <= 0 {
		u.fail()
		return 0
	}
	u.rest = u.rest[n:]
	return int(i)
}

func (u *unpacker) count() int {
	i, n := binary.Uvarint(u.head())
	if n <= 0 || i > uint64(len(u.rest)) {
		u.fail()
		return 0
	}
	u.rest = u.rest[n:]
	return int(i)
}

func (u *unpacker) text() string {
	n := u.count()
	if n > len(u.rest) {
		u.fail()
		return ""
	}
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *unpacker) time() time.Time {
	var t time.Time
	if t.UnmarshalBinary([]byte(u.text())) != nil {
		u.fail()
	}
	return t
}

func unlist[T any](u *unpacker, each func() T) []T {
	n := u.count()
	if n == 0 {
		return nil
	}
	elements := make([]T, 0, n-1)
	for range n - 1 {
		elements = append(elements, each())
	}
	return elements
}

func (u *unpacker) params() map[string]string {
	n := u.count()
	if n == 0 {
		return nil
	}
	m := make(map[string]string, n-1)
	for range n - 1 {
		k := u.text()
		m[k] = u.text()
	}
	return m
}

func (u *unpacker) reply() (r record.Reply) {
	r.Code = u.int()
	r.Enhanced = u.text()
	r.Lines = unlist(u, u.text)
	r.At = time.Duration(u.int())
	r.Rule = u.text()
	r.Raw = u.text()
	return r
}

func (u *unpacker) recipient() (r record.Recipient) {
	r.Address = u.text()
	r.Params = u.params()
	r.Reply = u.reply()
	r.Final = u.reply()
	r.Notify = unlist(u, u.text)
	r.Original = u.text()
	return r
}

func (u *unpacker) envelope() (e record.Envelope) {
	e.From = u.text()
	e.Params = u.params()
	e.Recipients = unlist(u, u.recipient)
	e.Return = u.text()
	e.ID = u.text()
	return e
}

func (u *unpacker) facts() (f store.Facts) {
	for _, s := range []*string{&f.Remote, &f.Hello, &f.TLS, &f.Auth, &f.Mechanism} {
		*s = u.text()
	}
	f.LMTP = u.count() == 1
	return f
}

func unpackMail(b []byte, m *store.Mail) error {
	u := unpack(b)
	m.At = u.time()
	m.Envelope = u.envelope()
	m.Reply = u.reply()
	m.Facts = u.facts()
	return u.err()
}

func unpackTags(b []byte) ([]string, error) {
	if len(b) == 0 {
		return nil, nil
	}
	u := unpack(b)
	tags := unlist(u, u.text)
	return tags, u.err()
}

func unpackSession(b []byte, s *store.Session) error {
	u := unpack(b)
	s.Started = u.time()
	s.Lasted = time.Duration(u.int())
	s.Facts = u.facts()
	s.End = record.End(u.text())
	s.Codes = unlist(u, u.int)
	s.Messages = unlist(u, func() store.ID { return store.ID(u.text()) })
	s.Faults = u.int()
	return u.err()
}

func (u *unpacker) address() (a mail.Address) {
	a.Name = u.text()
	a.Address = u.text()
	return a
}

func unpackDigest(b []byte) (*store.Digest, error) {
	u, d := unpack(b), &store.Digest{}
	for _, all := range []*[]mail.Address{&d.From, &d.To, &d.Cc, &d.Bcc, &d.ReplyTo} {
		*all = unlist(u, u.address)
	}
	d.Subject = u.text()
	d.MessageID = u.text()
	d.Date = u.time()
	d.Snippet = u.text()
	d.Files = unlist(u, u.text)
	d.Embedded = unlist(u, u.text)
	d.Warnings = u.int()
	d.Lint = unlist(u, u.text)
	return d, u.err()
}

func unpackRest(b []byte, d *store.Digest) error {
	u := unpack(b)
	d.Fields = unlist(u, func() (f store.Field) {
		f.Name = u.text()
		f.Value = u.text()
		return f
	})
	d.Text = u.text()
	return u.err()
}

func unpackTime(b []byte) (time.Time, error) {
	u := unpack(b)
	t := u.time()
	return t, u.err()
}
