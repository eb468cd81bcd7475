package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// changeBatch is how many messages are changed or deleted in one transaction,
// for which mail that comes has to wait.
const changeBatch = 256

// change is what a transaction does to the state, and tells.
type change struct {
	tx                                              pgx.Tx
	events                                          []*store.Event // their Seq is set later
	messages, bytes, unread, pinned, held, sessions int64
	evicted                                         int64 // messages that the retention removes
}

// change does something in a transaction that has locked the order.
func (s *Store) change(ctx context.Context, do func(*change) error) error {
	return s.changeIf(ctx, nil, do)
}

// changeIf does so if may, asked before the order is locked, allows it; nil
// always does.
func (s *Store) changeIf(ctx context.Context, may func(pgx.Tx) (bool, error), do func(*change) error) error {
	c := &change{}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c.tx = tx
		if may != nil {
			if ok, err := may(tx); err != nil || !ok {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `select from state for update`); err != nil {
			return err
		}
		if err := do(c); err != nil {
			return err
		}
		return c.write(ctx)
	})
	if err == nil {
		s.evicted.Add(c.evicted)
		wake(s.follow)
	}
	return err
}

const updateState = `
with place as (
	update state set seq = seq + $1, messages = messages + $2, bytes = bytes + $3, unread = unread + $4, pinned = pinned + $5,
		held = held + $6, sessions = sessions + $7
	returning seq - $1 as base
)
insert into events (seq, kind, run, ids)
select base + n, kind, run, ids::text[] from place, unnest($8::text[], $9::text[], $10::text[]) with ordinality as t (kind, run, ids, n)`

func (c *change) write(ctx context.Context) error {
	var kinds, runs, ids []string
	for _, e := range c.events {
		kinds, runs, ids = append(kinds, string(e.Kind)), append(runs, key(e.Run)), append(ids, arrayText(keys(e.IDs)))
	}
	var batch pgx.Batch
	batch.Queue(updateState, len(c.events), c.messages, c.bytes, c.unread, c.pinned, c.held, c.sessions, kinds, runs, ids)
	if len(c.events) > 0 {
		batch.Queue(notify)
	}
	return c.tx.SendBatch(ctx, &batch).Close()
}

// tell adds a message to the event of its run.
func (c *change) tell(kind store.Kind, m *store.Mail) {
	for _, e := range c.events {
		if e.Run == m.Run {
			e.IDs = append(e.IDs, m.ID)
			return
		}
	}
	c.events = append(c.events, &store.Event{Kind: kind, Run: m.Run, IDs: []store.ID{m.ID}})
}

// count adds a message to the counts, or takes it out of them.
func (c *change) count(e *store.Entry, sign int64) {
	c.messages += sign
	c.bytes += sign * int64(e.Size)
	if !e.Read {
		c.unread += sign
	}
	if e.Pinned {
		c.pinned += sign
		c.held += sign * int64(e.Size)
	}
}

// Update implements store.Store. Many messages are changed in several steps.
func (s *Store) Update(ctx context.Context, which store.Selection, what store.Change) (int, error) {
	return s.inBatches(ctx, which, func(ctx context.Context, c *change, ids []string) (int, error) {
		return c.update(ctx, ids, what)
	})
}

// Delete implements store.Store. Many messages are deleted in several steps.
func (s *Store) Delete(ctx context.Context, which store.Selection) (int, error) {
	return s.inBatches(ctx, which, func(ctx context.Context, c *change, ids []string) (int, error) {
		return c.remove(ctx, ids)
	})
}

func (s *Store) inBatches(ctx context.Context, which store.Selection, do func(context.Context, *change, []string) (int, error)) (int, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	total, err := s.eachBatch(inside, which, do)
	return total, ended(inside, err)
}

// eachBatch does something with the messages of a selection that were there
// when it began.
func (s *Store) eachBatch(ctx context.Context, which store.Selection, do func(context.Context, *change, []string) (int, error)) (int, error) {
	f, err := s.find(ctx, which)
	if err != nil {
		return 0, err
	}
	w := window{oldest: true, chunk: changeBatch}
	if err := s.pool.QueryRow(ctx, `select seq + 1 from state`).Scan(&w.before); err != nil {
		return 0, err
	}
	for total := 0; ; {
		ids, err := f.ids(ctx, &w)
		if err != nil || len(ids) == 0 {
			return total, err
		}
		err = s.change(ctx, func(c *change) error {
			n, err := do(ctx, c, ids)
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
}

// ids returns the next messages of a window and moves it behind them.
func (f *finder) ids(ctx context.Context, w *window) ([]string, error) {
	var ids []string
	err := f.each(ctx, *w, func(r *row) (bool, error) {
		ids = append(ids, key(string(r.ID)))
		w.move(r.Seq)
		return len(ids) < changeBatch, nil
	})
	return ids, err
}

func (c *change) update(ctx context.Context, ids []string, what store.Change) (int, error) {
	rows, err := c.tx.Query(ctx, `select `+columns+` from messages where id = any($1) order by seq`, ids)
	if err != nil {
		return 0, err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	var seqs []int64
	var read, pinned []bool
	var tags, tagKeys []string
	for _, e := range entries {
		c.count(&e.Entry, -1)
		what.Apply(&e.Entry)
		c.count(&e.Entry, 1)
		c.tell(store.Updated, &e.Mail)
		seqs, read, pinned = append(seqs, e.Seq), append(read, e.Read), append(pinned, e.Pinned)
		tags, tagKeys = append(tags, arrayText(escapedAll(e.Tags))), append(tagKeys, arrayText(foldedAll(e.Tags)))
	}
	_, err = c.tx.Exec(ctx, `update messages m set read = t.read, pinned = t.pinned, tags = t.tags::text[], tag_keys = t.keys::text[]
		from unnest($1::bigint[], $2::bool[], $3::bool[], $4::text[], $5::text[]) as t (seq, read, pinned, tags, keys) where m.seq = t.seq`,
		seqs, read, pinned, tags, tagKeys)
	return len(entries), err
}

func (c *change) remove(ctx context.Context, ids []string) (int, error) {
	rows, err := c.tx.Query(ctx, `delete from messages where id = any($1) returning id, run, size, read, pinned`, ids)
	if err != nil {
		return 0, err
	}
	n := 0
	var e store.Entry
	_, err = pgx.ForEachRow(rows, []any{(*string)(&e.ID), &e.Run, &e.Size, &e.Read, &e.Pinned}, func() error {
		n++
		e.ID, e.Run = store.ID(record.Unescape(string(e.ID))), record.Unescape(e.Run)
		c.count(&e, -1)
		c.tell(store.Deleted, &e.Mail)
		return nil
	})
	if err == nil {
		_, err = c.tx.Exec(ctx, `delete from pieces where id = any($1)`, ids)
	}
	return n, err
}
