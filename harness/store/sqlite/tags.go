package sqlite

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Tags returns the tags there are, in a time that depends on how many messages
// have one.
func (s *Store) Tags(ctx context.Context, run string) ([]store.TagCount, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	tags, err := s.tags(reading, run)
	return tags, s.known(ctx, err)
}

func (s *Store) tags(ctx context.Context, run string) ([]store.TagCount, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT g.fold, g.n, m.tags FROM"+
		" (SELECT t.fold AS fold, count(*) AS n, max(t.seq) AS newest FROM tag t JOIN mail o ON o.seq = t.seq"+
		" WHERE ? IN ('', o.run) GROUP BY t.fold) g JOIN mail m ON m.seq = g.newest", run)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tags []store.TagCount
	for rows.Next() {
		var folded string
		var t store.TagCount
		var spelt []byte
		if err := rows.Scan(&folded, &t.Messages, &spelt); err != nil {
			return nil, err
		}
		if t.Tag, err = spelling(spelt, folded); err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
	store.SortTags(tags)
	return tags, rows.Err()
}

// spelling returns the tag among those of a message that is folded so.
func spelling(packed []byte, folded string) (string, error) {
	tags, err := unpackTags(packed)
	for _, tag := range tags {
		if fold(tag) == folded {
			return tag, nil
		}
	}
	return folded, err
}
