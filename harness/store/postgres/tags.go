package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// Tags implements store.Store.
func (s *Store) Tags(ctx context.Context, run string) ([]store.TagCount, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := s.pool.Query(inside, `select (array_agg(tag order by seq desc))[1], count(*)
		from messages, unnest(tags, tag_keys) as t (tag, folded)
		where tags <> '{}' and ($1 = '' or run = $1) group by folded`, key(run))
	if err != nil {
		return nil, ended(inside, err)
	}
	tags, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t store.TagCount, err error) {
		err = row.Scan(&t.Tag, &t.Messages)
		t.Tag = record.Unescape(t.Tag)
		return t, err
	})
	store.SortTags(tags)
	return tags, ended(inside, err)
}
