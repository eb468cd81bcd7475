package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// rows calls each with the rows of what fulfils a condition, in order; limit -1
// is all, in no order.
func (s *Store) rows(ctx context.Context, c *compiled, columns string, b bounds, limit int, each func(*sql.Rows) error) error {
	parts := []shard{{}}
	if c.digest {
		all, upto, err := s.shards(ctx)
		if err != nil {
			return err
		}
		parts = []shard{{end: upto + 1}}
		if c.shards {
			parts = all
		}
	}
	if !b.oldest {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		if b.misses(part) {
			continue
		}
		n, err := s.rowsOf(ctx, c, columns, part, b, limit, each)
		if err != nil {
			return err
		}
		if limit > 0 {
			if limit -= n; limit == 0 {
				return nil
			}
		}
	}
	return nil
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

// counting is the column of a query that counts.
const counting = "count(*)"

// query is the SELECT of what fulfils the condition; limit -1 is all, in no
// order.
func (c *compiled) query(columns string, b bounds, limit int) (string, []any) {
	from, seq := "mail m", "m.seq"
	sql, args := "1", []any(nil)
	if c.words != "" {
		from, seq = "search."+wordsTable+" w CROSS JOIN mail m ON m.seq = w.rowid", "w.rowid"
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
	if columns == counting && c.sql == "" && c.words != "" {
		// The words know all that is asked for, but for what was just deleted.
		return "SELECT count(*) FROM search." + wordsTable + " w WHERE " + sql + " AND w.rowid NOT IN (SELECT seq FROM main.gone)", args
	}
	query := "SELECT " + columns + " FROM " + from + " LEFT JOIN search.digest d ON d.seq = m.seq WHERE " + sql
	if limit < 0 {
		return query, args
	}
	order := " DESC"
	if b.oldest {
		order = ""
	}
	return query + " ORDER BY " + seq + order + " LIMIT ?", append(args, limit)
}
