package store

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Memory is a Store that ends with its process. The zero value keeps
// everything. Set the fields before the first Put.
type Memory struct {
	// Messages and Bytes bound what is kept; the oldest go first. 0 means no
	// bound. A message that is larger than Bytes by itself is refused.
	Messages, Bytes int
	// Evicted is told of each message that had to go, after it is gone.
	Evicted func(*record.Message)

	mu       sync.Mutex        // guards what follows
	messages []*record.Message // in the order of their IDs
	bytes    int
	evicted  int
	news     chan struct{} // closed by the next Put; nil while nobody waits
}

var _ Store = (*Memory)(nil)

// noRoom is the answer to a message that no eviction makes room for.
var noRoom = record.NewReply(452, "4.3.1 Insufficient system storage")

// Put keeps m, whose ID must be greater than those before, and drops the
// oldest messages over the bounds.
func (s *Memory) Put(_ context.Context, m *record.Message) error {
	if s.Bytes > 0 && m.Size() > s.Bytes {
		return noRoom
	}
	for _, gone := range s.insert(m) {
		if s.Evicted != nil {
			s.Evicted(gone)
		}
	}
	return nil
}

func (s *Memory) insert(m *record.Message) (gone []*record.Message) {
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
func (s *Memory) evict() []*record.Message {
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
	s.messages, s.bytes, s.evicted = s.messages[n:], bytes, s.evicted+n
	return gone
}

func (s *Memory) over(messages, bytes int) bool {
	return s.Messages > 0 && messages > s.Messages || s.Bytes > 0 && bytes > s.Bytes
}

// Get returns one message, or ErrNotFound.
func (s *Memory) Get(_ context.Context, id int) (*record.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := slices.BinarySearchFunc(s.messages, id, byID); ok {
		return s.messages[i], nil
	}
	return nil, ErrNotFound
}

func byID(m *record.Message, id int) int { return m.ID - id }

// List returns the messages that q describes, oldest first.
func (s *Memory) List(_ context.Context, q Query) ([]*record.Message, error) {
	list, _ := s.list(q)
	return list, nil
}

// list returns a channel too that is closed by the next Put.
func (s *Memory) list(q Query) ([]*record.Message, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := slices.BinarySearchFunc(s.messages, q.After+1, byID)
	var found []*record.Message
	for _, m := range s.messages[from:] {
		if q.Limit > 0 && len(found) == q.Limit {
			break
		}
		if q.matches(m) {
			found = append(found, m)
		}
	}
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return found, s.news
}

// Delete removes the messages that q describes.
func (s *Memory) Delete(_ context.Context, q Query) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	s.messages = slices.DeleteFunc(s.messages, func(m *record.Message) bool {
		if !q.matches(m) || q.Limit > 0 && n == q.Limit {
			return false
		}
		n++
		s.bytes -= m.Size()
		return true
	})
	return n, nil
}

// Watch yields the messages behind the ID after, until ctx ends. A watcher
// that is slow misses what is evicted before it looks; nobody waits for it.
func (s *Memory) Watch(ctx context.Context, after int) iter.Seq[*record.Message] {
	return func(yield func(*record.Message) bool) {
		for {
			list, news := s.list(Query{After: after})
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

// Usage returns how many messages and octets are kept, and how many messages
// had to go.
func (s *Memory) Usage() (messages, bytes, evicted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages), s.bytes, s.evicted
}
