package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// rows calls each with the rows of what fulfils a condition, in order.
func (s *Store) rows(ctx context.Context, c *compiled, columns string, b bounds, limit int, each func(*sql.Rows) error) error {
	parts, err := s.parts(ctx, c, b)
	if err != nil {
		return err
	}
	for _, part := range parts {
		n, err := s.rowsOf(ctx, c, columns, part, b, limit, each)
		if err != nil {
			return err
		}
		if limit -= n; limit == 0 {
			return nil
		}
	}
	return nil
}

// count returns how much fulfils a condition, up to a limit; -1 is none.
func (s *Store) count(ctx context.Context, c *compiled, b bounds, limit int) (total int, err error) {
	parts, err := s.parts(ctx, c, b)
	for _, part := range parts {
		if err != nil || total == limit {
			break
		}
		query, args := c.counting(b.within(part), max(limit-total, -1))
		var n int
		err = s.read.QueryRowContext(ctx, strings.ReplaceAll(query, wordsTable, part.table()), args...).Scan(&n)
		total += n
	}
	return total, err
}

// parts returns the shards in which a condition has to be looked up, in order.
// One that is about no words needs none, and gets one that is everything.
func (s *Store) parts(ctx context.Context, c *compiled, b bounds) ([]shard, error) {
	parts := []shard{{}}
	if c.digest {
		all, upto, err := s.shards(ctx)
		if err != nil {
			return nil, err
		}
		parts = []shard{{end: upto + 1}}
		if c.shards {
			parts = all
		}
	}
	if !b.oldest {
		slices.Reverse(parts)
	}
	return slices.DeleteFunc(parts, b.misses), nil
}

// misses says that nothing of a shard is within the bounds.
func (b bounds) misses(part shard) bool {
	return b.before > 0 && b.before <= part.first || part.end > 0 && b.after >= part.end-1
}

// within narrows the bounds to a shard.
func (b bounds) within(part shard) bounds {
	b.after = max(b.after, part.first-1)
	if part.end > 0 && (b.before == 0 || part.end < b.before) {
		b.before = part.end
	}
	return b
}

// rowsOf is rows for one shard.
func (s *Store) rowsOf(ctx context.Context, c *compiled, columns string, part shard, b bounds, limit int, each func(*sql.Rows) error) (n int, err error) {
	query, args := c.query(columns, b.within(part), limit)
	rows, err := s.read.QueryContext(ctx, strings.ReplaceAll(query, wordsTable, part.table()), args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		if err := each(rows); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// query is the SELECT of what fulfils the condition, in order.
func (c *compiled) query(columns string, b bounds, limit int) (string, []any) {
	from, seq, sql, args := c.where(b)
	order := " DESC"
	if b.oldest {
		order = ""
	}
	return "SELECT " + columns + from + " WHERE " + sql + " ORDER BY " + seq + order + " LIMIT ?", append(args, limit)
}

// counting is the SELECT of how much fulfils the condition, up to a limit; -1
// is none.
func (c *compiled) counting(b bounds, limit int) (string, []any) {
	from, _, sql, args := c.where(b)
	if c.sql == "" && c.words != "" {
		// The words know all that is asked for, but for what was just deleted.
		from, sql = " FROM search."+wordsTable+" w", sql+" AND w.rowid NOT IN (SELECT seq FROM main.gone)"
	}
	return "SELECT count(*) FROM (SELECT 1" + from + " WHERE " + sql + " LIMIT ?)", append(args, limit)
}

// where is what a SELECT looks at, the column of the order in it, and the
// condition within bounds.
func (c *compiled) where(b bounds) (from, seq, sql string, args []any) {
	from, seq, sql = " FROM mail m", "m.seq", "1"
	if c.words != "" {
		from, seq = " FROM search."+wordsTable+" w CROSS JOIN mail m ON m.seq = w.rowid", "w.rowid"
		sql, args = "w."+wordsTable+" MATCH ?", append(args, c.words)
	}
	if c.sql != "" {
		sql, args = sql+" AND "+c.sql, append(args, c.args...)
	}
	if b.after > 0 {
		sql, args = sql+" AND "+seq+" > ?", append(args, b.after)
	}
	if b.before > 0 {
		sql, args = sql+" AND "+seq+" < ?", append(args, b.before)
	}
	return from + " LEFT JOIN search.digest d ON d.seq = m.seq", seq, sql, args
}
