package harness

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/smtpspec/smtpspec/harness/record"
)

// kept are the messages that a server has in memory. The zero value keeps
// everything.
type kept struct {
	bound   Keep                  // a message larger than its Bytes by itself is refused
	evicted func(*record.Message) // is told of each message that had to go, after it is gone

	mu       sync.Mutex        // guards what follows
	messages []*record.Message // in the order of their IDs
	bytes    int
	news     chan struct{} // closed by the next Put; nil while nobody waits
}

// noRoom is the answer to a message that no eviction makes room for.
var noRoom = record.NewReply(452, "4.3.1 Insufficient system storage")

// put keeps m, whose ID must be greater than those before, and drops the
// oldest messages over the bounds.
func (s *kept) put(m *record.Message) error {
	if s.bound.Bytes > 0 && m.Size() > s.bound.Bytes {
		return noRoom
	}
	for _, gone := range s.insert(m) {
		if s.evicted != nil {
			s.evicted(gone)
		}
	}
	return nil
}

func (s *kept) insert(m *record.Message) (gone []*record.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	s.bytes += m.Size()
	gone = s.evict()
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
	return gone
}

// evict removes the oldest messages over the bounds.
func (s *kept) evict() []*record.Message {
	n, bytes := 0, s.bytes
	for over := s.over(len(s.messages), bytes); over; over = s.over(len(s.messages)-n, bytes) {
		bytes -= s.messages[n].Size()
		n++
	}
	if n == 0 {
		return nil
	}
	gone := slices.Clone(s.messages[:n])
	clear(s.messages[:n])
	s.messages, s.bytes = s.messages[n:], bytes
	return gone
}

func (s *kept) over(messages, bytes int) bool {
	return s.bound.Messages > 0 && messages > s.bound.Messages || s.bound.Bytes > 0 && bytes > s.bound.Bytes
}

// has says that the message with that ID is there.
func (s *kept) has(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := slices.BinarySearchFunc(s.messages, id, byID)
	return ok
}

func byID(m *record.Message, id int) int { return m.ID - id }

// behind returns the messages with greater IDs, oldest first.
func (s *kept) behind(id int) []*record.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.from(id))
}

func (s *kept) from(id int) []*record.Message {
	at, _ := slices.BinarySearchFunc(s.messages, id+1, byID)
	return s.messages[at:]
}

// newsBehind returns what is behind an ID, and a channel that the next put closes.
func (s *kept) newsBehind(id int) ([]*record.Message, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return slices.Clone(s.from(id)), s.news
}

// clear removes all messages.
func (s *kept) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages, s.bytes = nil, 0
}

// watch yields the messages behind an ID, those that are there and those that
// come, until ctx ends. A watcher that is slow misses what is evicted before it
// looks; nobody waits for it.
func (s *kept) watch(ctx context.Context, after int) iter.Seq[*record.Message] {
	return func(yield func(*record.Message) bool) {
		for {
			list, news := s.newsBehind(after)
			for _, m := range list {
				if ctx.Err() != nil || !yield(m) {
					return
				}
				after = m.ID
			}
			select {
			case <-news:
			case <-ctx.Done():
				return
			}
		}
	}
}

// count returns how many messages are kept.
func (s *kept) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}
