package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// totals is the row of the table state that changes.
type totals struct {
	seq, messages, bytes, unread int64
	pinned, heavy                int64 // of messages and of bytes
	sessions                     int64
	oldest                       int64 // before it there are pinned messages only; not kept in the table
}

func readState(ctx context.Context, path string, conn *sql.Conn) (t totals, name string, err error) {
	row := conn.QueryRowContext(ctx, "SELECT name, seq, messages, bytes, unread, pinned, heavy, sessions FROM state")
	err = row.Scan(&name, &t.seq, &t.messages, &t.bytes, &t.unread, &t.pinned, &t.heavy, &t.sessions)
	if err != nil {
		return t, "", fault(path, err)
	}
	return t, name, nil
}

// change is one transaction, and what is to be told of it.
type change struct {
	*writer
	now     totals
	events  []*store.Event
	news    []*pending
	turns   []turn
	gone    bool // messages were deleted
	evicted int64
}

// next returns the next place in the store's order.
func (c *change) next() int64 {
	c.now.seq++
	return c.now.seq
}

// happened adds an event.
func (c *change) happened(seq int64, kind store.Kind, run string, ids ...store.ID) {
	c.events = append(c.events, &store.Event{Seq: seq, Kind: kind, Run: run, IDs: ids})
}

// finish writes what belongs to every transaction.
func (c *change) finish() error {
	for _, e := range c.events {
		_, err := c.plain("INSERT INTO event (seq, kind, run, ids) VALUES (?, ?, ?, ?)", e.Seq, string(e.Kind), e.Run, joined(e.IDs))
		if err != nil {
			return err
		}
	}
	if err := c.forget(); err != nil {
		return err
	}
	_, err := c.plain("UPDATE state SET seq = ?, messages = ?, bytes = ?, unread = ?, pinned = ?, heavy = ?, sessions = ?",
		c.now.seq, c.now.messages, c.now.bytes, c.now.unread, c.now.pinned, c.now.heavy, c.now.sessions)
	return err
}

// forget removes old events, many at a time.
func (c *change) forget() error {
	limit := c.store.options.Events
	if c.kept += len(c.events); c.kept < limit/10 {
		return nil
	}
	c.kept = 0
	_, err := c.plain("DELETE FROM event WHERE seq <= (SELECT seq FROM event ORDER BY seq DESC LIMIT 1 OFFSET ?)", limit)
	return err
}

// announce tells of what is committed.
func (c *change) announce() {
	c.store.index.add(c.news)
	c.store.index.turned(c.turns)
	c.store.events.Append(c.events...)
	c.store.evicted.Add(c.evicted)
	if c.gone {
		c.store.index.sweep()
	}
}

func joined(ids []store.ID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(id))
	}
	return b.String()
}

// nanos is a time as columns have it. What is out of their range is at its
// end.
func nanos(t time.Time) int64 {
	const limit = 1<<63 - 1
	switch {
	case t.Year() < 1679:
		return -limit
	case t.Year() > 2261:
		return limit
	}
	return t.UnixNano()
}
