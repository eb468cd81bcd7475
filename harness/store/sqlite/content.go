package sqlite

import (
	"context"
	"io"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Open returns the content of a message, which is read in pieces of 256 KiB.
// Reading fails with store.ErrNotFound when the message is deleted meanwhile,
// and with store.ErrClosed behind Close. ctx is that of all reading.
func (s *Store) Open(ctx context.Context, id store.ID) (io.ReadCloser, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c := &content{store: s, ctx: ctx}
	err = s.read.QueryRowContext(reading, "SELECT seq, size FROM mail WHERE id = ?", string(id)).Scan(&c.seq, &c.left)
	if err != nil {
		return nil, s.known(ctx, err)
	}
	return c, nil
}

// content is the reader of a message.
type content struct {
	store *Store
	ctx   context.Context
	seq   int64
	piece int64  // the next one
	left  int    // octets in the pieces from there on
	rest  []byte // of the last one
}

func (c *content) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.left == 0 {
			return 0, io.EOF
		}
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *content) next() error {
	reading, leave, err := c.store.reading(c.ctx)
	if err != nil {
		return err
	}
	defer leave()
	c.rest = c.rest[:0]
	row := c.store.read.QueryRowContext(reading, "SELECT octets FROM piece WHERE place = ?", c.seq*maxPieces+c.piece)
	if err := row.Scan(&c.rest); err != nil {
		return c.store.known(c.ctx, err)
	}
	if len(c.rest) == 0 || len(c.rest) > c.left {
		return damaged(c.store.path, errForm)
	}
	c.left -= len(c.rest)
	c.piece++
	return nil
}

func (c *content) Close() error {
	c.left, c.rest = 0, nil
	return nil
}

// raw returns the whole content of a message.
func (s *Store) raw(ctx context.Context, m *store.Mail) ([]byte, error) {
	c := &content{store: s, ctx: ctx, seq: m.Seq, left: m.Size}
	b := make([]byte, m.Size)
	_, err := io.ReadFull(c, b)
	return b, err
}
