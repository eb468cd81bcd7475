package postgres

import (
	"context"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// backlogBytes is how much of what is still to be indexed a node keeps in
// memory. What is beyond is read from the database when its time has come.
const backlogBytes = 64 << 20

// backlogMessages is how many messages of a node wait to be indexed. A Put that
// finds more waits until there are fewer, so that no search has much to look at
// without the index.
const backlogMessages = 2048

// pending is a message that is not indexed yet.
type pending struct {
	seq  int64
	mail *store.Mail
	raw  store.Raw // nil = in the database only

	mu     sync.Mutex // held while the digest is made
	digest *store.Digest
}

// backlog is what a node has taken and not indexed yet.
type backlog struct {
	more chan struct{} // there is something to index

	mu    sync.Mutex // guards what follows
	queue []*pending // not begun yet
	all   map[int64]*pending
	bytes int
	freed chan struct{} // closed when something was dropped
}

func newBacklog() *backlog {
	return &backlog{more: make(chan struct{}, 1), all: map[int64]*pending{}, freed: make(chan struct{})}
}

// wait waits until there is room for one more message.
func (b *backlog) wait(ctx context.Context) error {
	for {
		freed := b.full()
		if freed == nil {
			return nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// full returns what to wait for, nil if there is room.
func (b *backlog) full() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.all) < backlogMessages {
		return nil
	}
	return b.freed
}

func (b *backlog) add(p *pending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes+p.raw.Size() > backlogBytes {
		return
	}
	b.bytes += p.raw.Size()
	b.all[p.seq] = p
	b.queue = append(b.queue, p)
	wake(b.more)
}

// next returns what is to be indexed next. It stays in the backlog until it is
// dropped.
func (b *backlog) next(most int) []*pending {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch []*pending
	for len(b.queue) > 0 && len(batch) < most {
		p := b.queue[0]
		b.queue[0] = nil
		b.queue = b.queue[1:]
		if b.all[p.seq] == p { // or a search has indexed it
			batch = append(batch, p)
		}
	}
	return batch
}

func (b *backlog) find(seq int64) *pending {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all[seq]
}

func (b *backlog) drop(batch []*pending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range batch {
		if b.all[p.seq] == p {
			delete(b.all, p.seq)
			b.bytes -= p.raw.Size()
		}
	}
	close(b.freed)
	b.freed = make(chan struct{})
}
