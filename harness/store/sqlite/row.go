package sqlite

import (
	"github.com/smtpspec/smtpspec/harness/store"
)

// mailColumns are the columns of mail, as m, that a row has.
const mailColumns = "m.seq, m.id, m.session, m.run, m.size, m.read, m.pinned, m.tags, m.facts"

// row is a message as it stands in the tables.
type row struct {
	seq              int64
	id, session, run string
	size             int
	read, pinned     bool
	tags, facts      []byte
	short, rest      []byte // nil if it has no digest yet, or it was not asked for
}

func (r *row) mail() []any {
	return []any{&r.seq, &r.id, &r.session, &r.run, &r.size, &r.read, &r.pinned, &r.tags, &r.facts}
}

// entry returns the message with the digest as far as it was read.
func (r *row) entry() (*store.Entry, error) {
	e := &store.Entry{Read: r.read, Pinned: r.pinned}
	e.Seq, e.ID, e.Session, e.Run, e.Size = r.seq, store.ID(r.id), store.ID(r.session), r.run, r.size
	err := unpackMail(r.facts, &e.Mail)
	if err != nil {
		return nil, err
	}
	if e.Tags, err = unpackTags(r.tags); err != nil {
		return nil, err
	}
	if r.short == nil {
		return e, nil
	}
	if e.Digest, err = unpackDigest(r.short); err == nil && r.rest != nil {
		err = unpackRest(r.rest, e.Digest)
	}
	return e, err
}
