package sqlite

import (
	"context"
	"encoding/json"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// PutSession keeps a session that has ended.
func (s *Store) PutSession(ctx context.Context, session *store.Session) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	facts := packSession(session)
	var record []byte
	if session.Record != nil {
		var err error
		if record, err = session.Record.MarshalJSON(); err != nil { // json.Marshal would look through it once more
			return err
		}
	}
	var seq int64
	err := s.write.join(ctx, func(c *change) error {
		if err := c.openRun(session.Opens); err != nil {
			return err
		}
		seq = c.next()
		_, err := c.plain("INSERT INTO session (seq, id, run, started, facts, record) VALUES (?, ?, ?, ?, ?, ?)",
			seq, string(session.ID), session.Run, nanos(session.Started), facts, record)
		if err != nil {
			return err
		}
		c.now.sessions++
		c.happened(seq, store.NewSession, session.Run, session.ID)
		_, err = c.evictSessions()
		return err
	})
	if err == nil {
		session.Seq = seq
	}
	return s.known(ctx, err)
}

// Session returns one session with its record.
func (s *Store) Session(ctx context.Context, id store.ID) (*store.Session, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	session, facts, text := &store.Session{ID: id}, []byte(nil), []byte(nil)
	err = s.read.QueryRowContext(reading, "SELECT seq, run, facts, record FROM session WHERE id = ?", string(id)).
		Scan(&session.Seq, &session.Run, &facts, &text)
	if err == nil {
		err = unpackSession(facts, session)
	}
	if err == nil && text != nil {
		session.Record = &record.Session{}
		err = json.Unmarshal(text, session.Record)
	}
	if err != nil {
		return nil, s.known(ctx, err)
	}
	return session, nil
}

// Sessions returns a page of sessions without their records.
func (s *Store) Sessions(ctx context.Context, p store.Page) ([]*store.Session, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	page, err := store.Sift(p, func(p store.Page) ([]*store.Session, error) { return s.sessions(reading, p) })
	return page, s.known(ctx, err)
}

func (s *Store) sessions(ctx context.Context, p store.Page) ([]*store.Session, error) {
	query, args := sessionQuery(p)
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []*store.Session
	for rows.Next() {
		session, facts := &store.Session{}, []byte(nil)
		if err := rows.Scan(&session.Seq, &session.ID, &session.Run, &facts); err != nil {
			return nil, err
		}
		if err := unpackSession(facts, session); err != nil {
			return nil, err
		}
		page = append(page, session)
	}
	return page, rows.Err()
}

func sessionQuery(p store.Page) (string, []any) {
	query, args := "SELECT seq, id, run, facts FROM session WHERE seq > ?", []any{p.After}
	if p.Before > 0 {
		query, args = query+" AND seq < ?", append(args, p.Before)
	}
	if p.Run != "" {
		query, args = query+" AND run = ? AND run <> ''", append(args, p.Run)
	}
	if p.Oldest {
		query += " ORDER BY seq LIMIT ?"
	} else {
		query += " ORDER BY seq DESC LIMIT ?"
	}
	return query, append(args, p.Size())
}

// evictSessions removes a batch of the oldest sessions, as far as there are too
// many, and returns how many.
func (c *change) evictSessions() (int, error) {
	most := int64(c.store.options.Retention.Sessions)
	if most <= 0 || c.now.sessions <= most {
		return 0, nil
	}
	return c.removeSessions("SELECT seq FROM session ORDER BY seq LIMIT ?", min(batch, c.now.sessions-most))
}

// removeSessions removes the sessions of a query.
func (c *change) removeSessions(query string, args ...any) (int, error) {
	seqs, err := c.seqs(query, args...)
	if err != nil {
		return 0, err
	}
	for _, seq := range seqs {
		if _, err := c.plain("DELETE FROM session WHERE seq = ?", seq); err != nil {
			return 0, err
		}
	}
	c.now.sessions -= int64(len(seqs))
	return len(seqs), nil
}
