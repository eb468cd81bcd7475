package postgres

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Open implements store.Store. The reader holds no connection between reads; if
// the message is deleted meanwhile, it returns store.ErrNotFound.
func (s *Store) Open(ctx context.Context, id store.ID) (io.ReadCloser, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	r := &content{store: s, ctx: ctx, id: key(string(id))}
	err = s.pool.QueryRow(inside, `
		select (select coalesce(sum(octet_length(data)), 0) from pieces where id = $1)::bigint, (select data from pieces where id = $1 and n = 0)
		from messages where id = $1`, r.id).
		Scan(&r.left, &r.piece)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, ended(inside, err)
	}
	r.next, r.left = 1, r.left-int64(len(r.piece))
	return r, nil
}

// content reads a message piece by piece.
type content struct {
	store *Store
	ctx   context.Context
	id    string
	piece []byte // what of the last one was not read yet
	next  int
	left  int64 // octets behind piece
	shut  bool
}

func (r *content) Read(b []byte) (int, error) {
	if r.shut {
		return 0, io.ErrClosedPipe
	}
	for len(r.piece) == 0 {
		if r.left <= 0 {
			return 0, io.EOF
		}
		if err := r.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(b, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

func (r *content) fetch() error {
	ctx, leave, err := r.store.enter(r.ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = r.store.pool.QueryRow(ctx, `select data from pieces where id = $1 and n = $2`, r.id, r.next).Scan(&r.piece)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	r.next, r.left = r.next+1, r.left-int64(len(r.piece))
	return ended(ctx, err)
}

func (r *content) Close() error {
	r.shut, r.piece = true, nil
	return nil
}
