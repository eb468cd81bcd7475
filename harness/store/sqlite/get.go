package sqlite

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Get returns a message with its whole digest.
func (s *Store) Get(ctx context.Context, id store.ID) (*store.Entry, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	e, err := s.get(reading, id)
	return e, s.known(ctx, err)
}

func (s *Store) get(ctx context.Context, id store.ID) (*store.Entry, error) {
	var r row
	err := s.read.QueryRowContext(ctx, "SELECT "+mailColumns+", d.short, d.rest FROM mail m"+
		" LEFT JOIN search.digest d ON d.seq = m.seq WHERE m.id = ?", string(id)).Scan(append(r.mail(), &r.short, &r.rest)...)
	if err != nil {
		return nil, err
	}
	e, err := r.entry()
	if err != nil {
		return nil, err
	}
	return e, s.complete(e)
}

// complete gives a message its digest if it is not in the search yet.
func (s *Store) complete(e *store.Entry) (err error) {
	if e.Digest != nil {
		return nil
	}
	p := s.index.find(e.ID)
	if p == nil {
		p = &pending{mail: e.Mail}
	}
	d, err := p.whole(s)
	if err == nil {
		own := *d
		e.Digest = &own
	}
	return err
}
