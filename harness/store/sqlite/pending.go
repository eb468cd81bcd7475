package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// pending is a message that is committed and not yet in the search.
type pending struct {
	mail   store.Mail
	raw    store.Raw // nil if it has to be read; of once
	came   time.Time // into the tail
	octets int       // that it takes in memory; guarded by the mu of the index
	once   sync.Once
	digest *store.Digest
	err    error // of the reading

	mu    sync.Mutex // guards what follows
	state turn
	words *store.Indexed // nil until somebody has asked
}

// turn is what has become of a message.
type turn struct {
	id           store.ID
	gone         bool
	read, pinned bool
	tags         []string
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
		s.index.weigh(p)
	})
	return p.digest, p.err
}

// weight is about how many octets of memory a digested message takes with its
// words.
func (p *pending) weight() int {
	n := 2 * len(p.digest.Text)
	for _, f := range p.digest.Fields {
		n += 2 * (len(f.Name) + len(f.Value))
	}
	return n + overhead
}

// overhead is about what a message takes in memory beside its texts.
const overhead = 2 << 10

// indexed returns the message as it is now for a search to look at, nil if it
// is deleted.
func (p *pending) indexed(s *Store) (*store.Indexed, error) {
	d, err := p.whole(s)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.gone {
		return nil, nil
	}
	if p.words == nil {
		p.words = store.NewIndexed(&store.Entry{Mail: p.mail, Digest: d, Read: p.state.read, Pinned: p.state.pinned, Tags: p.state.tags})
	}
	return p.words, nil
}

// become takes note of what has become of the message.
func (p *pending) become(t turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state = t; p.words != nil {
		p.words = p.words.As(t.read, t.pinned, t.tags)
	}
}
