package postgres

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Session implements store.Store.
func (s *Store) Session(ctx context.Context, id store.ID) (*store.Session, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	found, err := scanSession(s.pool.QueryRow(inside, `select seq, session, record from sessions where id = $1`, key(string(id))))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	return found, ended(inside, err)
}

func scanSession(row pgx.Row) (*store.Session, error) {
	var seq int64
	var short, whole []byte
	if err := row.Scan(&seq, &short, &whole); err != nil {
		return nil, err
	}
	session, err := readSession(short, whole)
	if err != nil {
		return nil, err
	}
	session.Seq = seq
	return session, nil
}

// Sessions implements store.Store.
func (s *Store) Sessions(ctx context.Context, p store.Page) ([]*store.Session, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	list, err := store.Sift(p, func(p store.Page) ([]*store.Session, error) { return s.sessions(inside, p) })
	return list, ended(inside, err)
}

func (s *Store) sessions(ctx context.Context, p store.Page) ([]*store.Session, error) {
	order := "desc"
	if p.Oldest {
		order = "asc"
	}
	var c compiler
	condition := "seq > " + c.arg(p.After) + " and seq < " + c.arg(cmp.Or(p.Before, math.MaxInt64))
	if p.Run != "" {
		condition += " and " + c.inRun(p.Run)
	}
	rows, err := s.pool.Query(ctx, `select seq, session, null::bytea from sessions where `+condition+
		` order by seq `+order+` limit `+strconv.Itoa(p.Size()), c.args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*store.Session, error) { return scanSession(row) })
}

// removeSessions deletes the oldest sessions that a condition is for, and says
// how many.
func (c *change) removeSessions(ctx context.Context, most int64, condition string, args ...any) (int64, error) {
	done, err := c.tx.Exec(ctx, `delete from sessions where seq = any(array(select seq from sessions where `+condition+` order by seq limit $1))`,
		append([]any{most}, args...)...)
	c.sessions -= done.RowsAffected()
	return done.RowsAffected(), err
}
