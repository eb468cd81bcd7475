package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Update changes the state of messages, batch by batch; an error may come when
// some are changed already.
func (s *Store) Update(ctx context.Context, which store.Selection, what store.Change) (int, error) {
	return s.each(ctx, which, store.Updated, func(c *change, m *stated) error { return c.update(m, what) })
}

// Delete removes messages, batch by batch; an error may come when some are
// removed already.
func (s *Store) Delete(ctx context.Context, which store.Selection) (int, error) {
	return s.each(ctx, which, store.Deleted, (*change).delete)
}

// each does something with every message of a selection and tells of it.
func (s *Store) each(ctx context.Context, which store.Selection, kind store.Kind, do func(*change, *stated) error) (n int, err error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	err = s.chosen(reading, which, func(seqs []int64) error {
		done, err := s.eachOf(ctx, seqs, kind, do)
		n += done
		return err
	})
	return n, s.known(ctx, err)
}

// eachOf is each for one batch.
func (s *Store) eachOf(ctx context.Context, seqs []int64, kind store.Kind, do func(*change, *stated) error) (n int, err error) {
	err = s.write.change(ctx, func(c *change) error {
		messages, err := c.stated(seqs)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if err := do(c, m); err != nil {
				return err
			}
		}
		n = len(messages)
		c.tell(kind, messages)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// stated is a message with what can be changed of it.
type stated struct {
	seq, size    int64
	id, run      string
	read, pinned bool
	tags         []string
}

// stated reads messages; those that are gone are left out.
func (c *change) stated(seqs []int64) ([]*stated, error) {
	plan, err := c.plan("SELECT id, run, size, read, pinned, tags FROM mail WHERE seq = ?")
	if err != nil {
		return nil, err
	}
	var all []*stated
	for _, seq := range seqs {
		m, tags := &stated{seq: seq}, []byte(nil)
		err := plan.QueryRow(seq).Scan(&m.id, &m.run, &m.size, &m.read, &m.pinned, &tags)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			m.tags, err = unpackTags(tags)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// tell adds an event for each run.
func (c *change) tell(kind store.Kind, messages []*stated) {
	var runs []string
	ids := map[string][]store.ID{}
	for _, m := range messages {
		if ids[m.run] == nil {
			runs = append(runs, m.run)
		}
		ids[m.run] = append(ids[m.run], store.ID(m.id))
	}
	for _, run := range runs {
		c.happened(c.next(), kind, run, ids[run]...)
	}
}

func (c *change) update(m *stated, what store.Change) error {
	e := store.Entry{Read: m.read, Pinned: m.pinned, Tags: m.tags}
	what.Apply(&e)
	c.count(m, -1)
	m.read, m.pinned = e.Read, e.Pinned
	c.count(m, 1)
	if !m.pinned {
		c.now.oldest = min(c.now.oldest, m.seq)
	}
	c.turns = append(c.turns, turn{id: store.ID(m.id), read: m.read, pinned: m.pinned, tags: e.Tags})
	_, err := c.plain("UPDATE mail SET read = ?, pinned = ?, tags = ? WHERE seq = ?", e.Read, e.Pinned, packTags(e.Tags), m.seq)
	if err != nil || len(m.tags) == 0 && len(e.Tags) == 0 {
		return err
	}
	if err := c.untag(m); err != nil {
		return err
	}
	for _, tag := range e.Tags {
		if _, err := c.plain("INSERT OR IGNORE INTO tag (fold, seq) VALUES (?, ?)", fold(tag), m.seq); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) untag(m *stated) error {
	for _, tag := range m.tags {
		if _, err := c.plain("DELETE FROM tag WHERE fold = ? AND seq = ?", fold(tag), m.seq); err != nil {
			return err
		}
	}
	return nil
}

// count adds a message to the totals n times.
func (c *change) count(m *stated, n int64) {
	c.now.messages += n
	c.now.bytes += n * m.size
	if !m.read {
		c.now.unread += n
	}
	if m.pinned {
		c.now.pinned += n
		c.now.heavy += n * m.size
	}
}

func (c *change) delete(m *stated) error {
	c.count(m, -1)
	c.gone = true
	c.turns = append(c.turns, turn{id: store.ID(m.id), gone: true})
	if err := c.untag(m); err != nil {
		return err
	}
	if _, err := c.plain("DELETE FROM mail WHERE seq = ?", m.seq); err != nil {
		return err
	}
	if _, err := c.plain("INSERT INTO gone (seq) VALUES (?)", m.seq); err != nil {
		return err
	}
	_, err := c.plain("DELETE FROM piece WHERE place BETWEEN ? AND ?", m.seq*maxPieces, m.seq*maxPieces+maxPieces-1)
	return err
}
