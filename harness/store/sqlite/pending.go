package sqlite

import (
	"context"
	"errors"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// pending is a message that is committed and not yet in the search.
type pending struct {
	mail   store.Mail
	raw    store.Raw // nil if it has to be read; of once
	held   int       // octets of raw at first
	once   sync.Once
	digest *store.Digest
	err    error // of the reading
}

// whole returns what the message says. Whoever comes first finds it out. A
// message whose content is damaged says nothing.
func (p *pending) whole(s *Store) (*store.Digest, error) {
	p.once.Do(func() {
		raw := p.raw
		if raw == nil {
			var octets []byte
			octets, p.err = s.raw(context.Background(), &p.mail)
			raw = store.Octets(octets)
		}
		if errors.Is(p.err, store.ErrNotFound) || errors.Is(p.err, store.ErrClosed) {
			return
		}
		if p.err != nil { // the others are to be found all the same
			s.options.Log.Error("a message cannot be read", "store", s.path, "id", p.mail.ID, "error", p.err)
			raw, p.err = store.Octets(nil), nil
		}
		p.digest = s.options.Digester.Of(&p.mail, raw)
		p.raw = nil
	})
	return p.digest, p.err
}

func (p *pending) entry() *store.Entry { return &store.Entry{Mail: p.mail, Digest: p.digest} }
