package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// columns are what an entry is made of, without its texts.
const columns = `seq, id, session, run, size, mail, digest, read, pinned, tags`

// row is a message as a query returns it.
type row struct {
	store.Entry
	digest, texts []byte
	inexact       bool
}

// targets are where columns are scanned to.
func (r *row) targets(mail *[]byte, tags *[]string) []any {
	return []any{&r.Seq, (*string)(&r.ID), (*string)(&r.Session), &r.Run, &r.Size, mail, &r.digest, &r.Read, &r.Pinned, tags}
}

// scan reads columns and what a query has behind them.
func (r *row) scan(from pgx.CollectableRow, more ...any) error {
	var mail []byte
	var tags []string
	if err := from.Scan(append(r.targets(&mail, &tags), more...)...); err != nil {
		return err
	}
	r.ID, r.Session, r.Run = store.ID(record.Unescape(string(r.ID))), store.ID(record.Unescape(string(r.Session))), record.Unescape(r.Run)
	r.Tags = unescapedAll(tags)
	if err := readMail(mail, &r.Mail); err != nil {
		return err
	}
	return r.read()
}

// read takes the digest, if there is one yet.
func (r *row) read() (err error) {
	if r.digest != nil {
		r.Digest, err = readDigest(r.digest, r.texts)
	}
	return err
}

func scanEntry(from pgx.CollectableRow) (*row, error) {
	r := new(row)
	return r, r.scan(from)
}

func scanWhole(from pgx.CollectableRow) (*row, error) {
	r := new(row)
	if err := r.scan(from, &r.texts, &r.inexact); err != nil {
		return nil, err
	}
	return r, r.read()
}

// complete gives an entry its digest if the index does not have it yet.
func (s *Store) complete(ctx context.Context, r *row) (err error) {
	if r.Digest == nil {
		r.Digest, err = s.digest(ctx, s.pendingOf(&r.Mail))
	}
	return err
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, id store.ID) (*store.Entry, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	e, err := s.get(inside, id)
	return e, ended(inside, err)
}

func (s *Store) get(ctx context.Context, id store.ID) (*store.Entry, error) {
	rows, err := s.pool.Query(ctx, `select `+columns+`, texts, coalesce(inexact, false) from messages where id = $1`, key(string(id)))
	if err != nil {
		return nil, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanWhole)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &r.Entry, s.complete(ctx, r)
}
