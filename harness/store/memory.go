package store

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Memory is a store that ends with the process. NewMemory makes one.
type Memory struct {
	options MemoryOptions
	log     *Log

	mu       sync.Mutex // guards what follows
	seq      int64
	messages series[kept]
	byID     map[ID]*kept
	sessions series[keptSession]
	sessByID map[ID]*keptSession
	runs     map[string]Run
	totals   totals
	evicted  int64
	closed   bool
}

// MemoryOptions is how a Memory is made. The zero value has no retention.
type MemoryOptions struct {
	Retention Retention
	Digester  Digester
	Events    int // that a watch can be resumed over; 0 = DefaultEvents
}

// held is a message with its content. It is never changed.
type held struct {
	*Indexed
	raw Raw
}

// kept is a message in its place. Its entry is never changed but exchanged, so
// a search reads it without a lock.
type kept struct {
	entry atomic.Pointer[held] // nil when it has been removed
}

// totals are what the retention counts, and Info.
type totals struct {
	messages, unread int
	bytes            int64
	pinned           int   // of messages
	pinnedBytes      int64 // of bytes
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory(o MemoryOptions) *Memory {
	return &Memory{
		options: o, log: NewLog(o.Events, 0),
		byID: map[ID]*kept{}, sessByID: map[ID]*keptSession{}, runs: map[string]Run{},
	}
}

// lock is what every method begins with.
func (s *Memory) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	return nil
}

// Put makes the digest before it commits, so that searches, lists and watches
// have it at once.
func (s *Memory) Put(ctx context.Context, m *Mail, raw Raw) error {
	if most := s.options.Retention.Bytes; most > 0 && int64(m.Size) > most {
		return record.NewReply(452, "4.3.1 Message larger than the mailbox")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	entry := &held{NewIndexed(&Entry{Mail: *m, Digest: s.options.Digester.Of(m, raw)}), raw}
	entry.Opens = nil
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.byID[m.ID] != nil {
		return fmt.Errorf("store: there is a message %s already", m.ID)
	}
	s.open(m.Opens)
	s.seq++
	m.Seq, entry.Seq = s.seq, s.seq
	k := &kept{}
	k.entry.Store(entry)
	s.messages.add(k)
	s.byID[m.ID] = k
	s.totals.count(&entry.Entry, 1)
	s.log.Append(&Event{Seq: s.seq, Kind: NewMessage, IDs: []ID{m.ID}, Run: m.Run})
	s.evict()
	return nil
}

func (t *totals) count(e *Entry, n int) {
	t.messages += n
	t.bytes += int64(n * e.Size)
	if !e.Read {
		t.unread += n
	}
	if e.Pinned {
		t.pinned += n
		t.pinnedBytes += int64(n * e.Size)
	}
}

// Get returns one message.
func (s *Memory) Get(ctx context.Context, id ID) (*Entry, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if e := s.entry(id); e != nil {
		return e, nil
	}
	return nil, ErrNotFound
}

// entry returns a copy of a message, nil without one. The lock is held.
func (s *Memory) entry(id ID) *Entry {
	k := s.byID[id]
	if k == nil {
		return nil
	}
	return k.entry.Load().Copy(false)
}

// Open returns the octets of a message.
func (s *Memory) Open(ctx context.Context, id ID) (io.ReadCloser, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	k := s.byID[id]
	if k == nil {
		return nil, ErrNotFound
	}
	return io.NopCloser(k.entry.Load().raw.Stream()), nil
}

// Watch yields what happens.
func (s *Memory) Watch(ctx context.Context, after int64) iter.Seq2[*Event, error] {
	return s.log.Watch(ctx, after, func(id ID) *Entry {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.entry(id)
	})
}

// Info says what the store holds.
func (s *Memory) Info(ctx context.Context) (Info, error) {
	if err := s.lock(ctx); err != nil {
		return Info{}, err
	}
	defer s.mu.Unlock()
	return Info{
		Kind: "memory", Durability: DurableMemory, Retention: s.options.Retention, Seq: s.seq,
		Messages: s.totals.messages, Bytes: s.totals.bytes, Unread: s.totals.unread,
		Sessions: len(s.sessByID), Evicted: s.evicted,
	}, nil
}

// Close ends the store and every watch. What it held is gone.
func (s *Memory) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.log.Close()
	s.messages, s.byID = series[kept]{}, nil
	s.sessions, s.sessByID, s.runs = series[keptSession]{}, nil, nil
	return nil
}

// event tells of messages of several runs, an event for each.
func (s *Memory) event(kind Kind, entries []*held) {
	var runs []string
	ids := map[string][]ID{}
	for _, e := range entries {
		if ids[e.Run] == nil {
			runs = append(runs, e.Run)
		}
		ids[e.Run] = append(ids[e.Run], e.ID)
	}
	for _, run := range runs {
		s.seq++
		s.log.Append(&Event{Seq: s.seq, Kind: kind, IDs: ids[run], Run: run})
	}
}

// keptSession is a session in its place.
type keptSession struct {
	session *Session
	gone    atomic.Bool
}
