package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// shardMessages is how many messages a table of words is begun for. Looking for
// the beginning of a word, FTS5 first collects all that have it: what that
// costs is bounded by the size of a table, and most searches find a page in the
// newest one. A word that nothing has costs a look into each.
const shardMessages = 8192

// wordsTable stands in a condition for the table of words of a shard.
const wordsTable = "[words]"

// shard is a table of words, for the messages with a Seq in [first, end).
type shard struct {
	number, first, end int64
}

func (s shard) table() string { return fmt.Sprintf("words_%d", s.number) }

// shards returns the tables of words, the oldest first, and the place up to
// which messages are in them.
func (s *Store) shards(ctx context.Context) (all []shard, upto int64, err error) {
	rows, err := s.read.QueryContext(ctx,
		"SELECT s.upto, coalesce(h.number, 0), coalesce(h.first, 0) FROM search.state s LEFT JOIN search.shard h ON 1 ORDER BY h.number")
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var h shard
		if err := rows.Scan(&upto, &h.number, &h.first); err != nil {
			return nil, 0, err
		}
		if h.number == 0 {
			break
		}
		if len(all) > 0 {
			all[len(all)-1].end = h.first
		}
		h.end = upto + 1
		all = append(all, h)
	}
	if len(all) > 0 {
		all[0].first = 0
	}
	return all, upto, rows.Err()
}

// current returns the table for messages from seq on. A new one is begun when
// the last is full.
func current(tx *sql.Tx, seq int64) (shard, error) {
	var h shard
	var messages int
	err := tx.QueryRow("SELECT number, first, messages FROM shard ORDER BY number DESC LIMIT 1").Scan(&h.number, &h.first, &messages)
	if err == nil && messages < shardMessages {
		return h, nil
	}
	if err != nil && err != sql.ErrNoRows {
		return h, err
	}
	h = shard{number: h.number + 1, first: seq}
	for _, statement := range createWords(h.table()) {
		if _, err := tx.Exec(statement); err != nil {
			return h, err
		}
	}
	_, err = tx.Exec("INSERT INTO shard (number, first, messages) VALUES (?, ?, 0)", h.number, h.first)
	return h, err
}

func wordColumns() []string {
	var columns []string
	for _, c := range store.Columns() {
		columns = append(columns, columnName(c))
	}
	return append(columns, "run")
}

func columnName(c store.Column) string { return fmt.Sprintf("c%d", int(c)) }

// createWords makes a table of words. They come ready made: the tokenizer only
// has to see the spaces between them, which "ascii" does, for which every
// character beyond ASCII is part of a word. The beginnings of one and of two
// characters have an index of their own: what somebody types first would
// otherwise have most of the words collected.
//
// A batch of messages is sorted as a whole and merged with others late, and a
// leaf of the index fills a page.
func createWords(table string) []string {
	statements := []string{"CREATE VIRTUAL TABLE " + table + " USING fts5(" + strings.Join(wordColumns(), ", ") +
		", content='', contentless_delete=1, prefix='1 2', tokenize=\"ascii tokenchars '_'\")"}
	for _, setting := range []string{"'hashsize', 16777216", "'automerge', 8", "'pgsz', 8000"} {
		statements = append(statements, "INSERT INTO "+table+" ("+table+", rank) VALUES ("+setting+")")
	}
	return statements
}

func insertWords(table string) string {
	columns := wordColumns()
	return "INSERT INTO " + table + " (rowid, " + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)) + ")"
}

// removeWords removes messages from the tables of words. One with nothing left is
// not looked at any more; it goes when the store is opened next, when nobody
// can be reading it.
func removeWords(tx *sql.Tx, seqs []int64) error {
	for _, seq := range seqs {
		var number int64
		err := tx.QueryRow("SELECT number FROM shard WHERE first <= ? ORDER BY first DESC LIMIT 1", seq).Scan(&number)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM "+shard{number: number}.table()+" WHERE rowid = ?", seq); err != nil {
			return err
		}
	}
	_, err := tx.Exec("DELETE FROM shard WHERE number < (SELECT max(number) FROM shard) AND NOT EXISTS (SELECT 1 FROM digest d" +
		" WHERE d.seq >= shard.first AND d.seq < (SELECT min(h.first) FROM shard h WHERE h.number > shard.number))")
	return err
}

// dropShards drops the tables that are not looked at any more.
func (x *index) dropShards(ctx context.Context) error {
	rows, err := x.db.QueryContext(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"+
		" AND name NOT IN (SELECT 'words_' || number FROM shard)")
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		tables = append(tables, table)
	}
	rows.Close()
	for _, table := range tables {
		if _, err := x.db.ExecContext(ctx, "DROP TABLE "+table); err != nil {
			return err
		}
	}
	return rows.Err()
}
