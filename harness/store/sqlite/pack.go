package sqlite

import (
	"encoding/binary"
	"net/mail"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// What has no column of its own is kept in a form of ours: it gives back every
// octet, and is an order faster than JSON, which a list of messages feels. The
// first octet of each blob is the version of the form. An absent list or map
// is told from an empty one.
const form = 1

type packer []byte

func (p *packer) int(i int)     { *p = binary.AppendVarint(*p, int64(i)) }
func (p *packer) count(n int)   { *p = binary.AppendUvarint(*p, uint64(n)) }
func (p *packer) text(s string) { p.count(len(s)); *p = append(*p, s...) }
func (p *packer) flag(set bool) {
	if set {
		p.count(1)
	} else {
		p.count(0)
	}
}

func (p *packer) time(t time.Time) {
	b, err := t.MarshalBinary()
	if err != nil { // its zone is none of this world
		b, _ = t.UTC().MarshalBinary()
	}
	p.text(string(b))
}

// list packs each of the elements, or that there is no list.
func list[T any](p *packer, elements []T, each func(T)) {
	if elements == nil {
		p.count(0)
		return
	}
	p.count(len(elements) + 1)
	for _, e := range elements {
		each(e)
	}
}

func (p *packer) params(m map[string]string) {
	if m == nil {
		p.count(0)
		return
	}
	p.count(len(m) + 1)
	for k, v := range m {
		p.text(k)
		p.text(v)
	}
}

func (p *packer) reply(r record.Reply) {
	p.int(r.Code)
	p.text(r.Enhanced)
	list(p, r.Lines, p.text)
	p.int(int(r.At))
	p.text(r.Rule)
	p.text(r.Raw)
}

func (p *packer) recipient(r record.Recipient) {
	p.text(r.Address)
	p.params(r.Params)
	p.reply(r.Reply)
	p.reply(r.Final)
	list(p, r.Notify, p.text)
	p.text(r.Original)
}

func (p *packer) envelope(e record.Envelope) {
	p.text(e.From)
	p.params(e.Params)
	list(p, e.Recipients, p.recipient)
	p.text(e.Return)
	p.text(e.ID)
}

func (p *packer) facts(f store.Facts) {
	for _, s := range []string{f.Remote, f.Hello, f.TLS, f.Auth, f.Mechanism} {
		p.text(s)
	}
	p.flag(f.LMTP)
}

// packMail is what the columns do not say of a message.
func packMail(m *store.Mail) []byte {
	p := packer{form}
	p.time(m.At)
	p.envelope(m.Envelope)
	p.reply(m.Reply)
	p.facts(m.Facts)
	return p
}

func packTags(tags []string) []byte {
	if len(tags) == 0 {
		return nil
	}
	p := packer{form}
	list(&p, tags, p.text)
	return p
}

func packSession(s *store.Session) []byte {
	p := packer{form}
	p.time(s.Started)
	p.int(int(s.Lasted))
	p.facts(s.Facts)
	p.text(string(s.End))
	list(&p, s.Codes, p.int)
	list(&p, s.Messages, func(id store.ID) { p.text(string(id)) })
	p.int(s.Faults)
	return p
}

func (p *packer) addresses(all []mail.Address) {
	list(p, all, func(a mail.Address) { p.text(a.Name); p.text(a.Address) })
}

// packDigest is what lists show of a digest, packRest what they do not.
func packDigest(d *store.Digest) []byte {
	p := packer{form}
	for _, all := range [][]mail.Address{d.From, d.To, d.Cc, d.Bcc, d.ReplyTo} {
		p.addresses(all)
	}
	p.text(d.Subject)
	p.text(d.MessageID)
	p.time(d.Date)
	p.text(d.Snippet)
	list(&p, d.Files, p.text)
	list(&p, d.Embedded, p.text)
	p.int(d.Warnings)
	list(&p, d.Lint, p.text)
	return p
}

func packRest(d *store.Digest) []byte {
	p := slices.Grow(packer{form}, len(d.Text)+4096)
	list(&p, d.Fields, func(f store.Field) { p.text(f.Name); p.text(f.Value) })
	p.text(d.Text)
	return p
}

func packTime(t time.Time) []byte {
	p := packer{form}
	p.time(t)
	return p
}
