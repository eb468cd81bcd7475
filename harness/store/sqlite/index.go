package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sort"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Bounds of the tail; what comes beyond them is read from the store later. What
// a search has looked at takes up to twice the octets that it had undigested.
const (
	tailMessages = 8192
	tailOctets   = 48 << 20
)

// index makes committed messages found by searches. Those that are not yet in
// the file of the search are in the tail, where a search looks at each. One
// goroutine finds out what they say, in their order; another writes that into
// the file. Both rest while much mail comes. When it comes faster than they
// work, the tail ends where it is full, and what came behind that is read from
// the store later.
type index struct {
	store *Store
	path  string
	db    *sql.DB // one connection, for the writing goroutine

	quit    chan struct{}
	workers sync.WaitGroup

	mu      sync.Mutex            // guards what follows
	put     int64                 // Seq of the last committed message
	upto    int64                 // every message up to here is in the file
	read    int64                 // every message behind upto and up to here is in the tail
	live    bool                  // every message behind read comes by add
	tail    []*pending            // ascending; its members are never changed in place
	open    map[store.ID]*pending // those in tail
	octets  int                   // of tail
	made    int64                 // Seq of the last message that the digesting goroutine has taken
	recent  [crowd]time.Time      // when the last messages came,
	next    int                   // and which of them is the oldest
	last    time.Time             // when a message came or went
	looking int                   // searches that look at the tail
	reading bool                  // a part of the tail is being read from the store,
	turns   []turn                // and this is what became of messages meanwhile
	unswept bool
	fault   error         // why the last writing failed
	changed chan struct{} // closed when something changes that somebody waits for
}

func (x *index) start() {
	x.workers.Go(x.digest)
	x.workers.Go(x.write)
}

func (x *index) stop() {
	close(x.quit)
	x.workers.Wait()
}

// wake tells everybody that something changed; x.mu is held.
func (x *index) wake() {
	close(x.changed)
	x.changed = make(chan struct{})
}

// add takes messages that are committed, in their order.
func (x *index) add(news []*pending) {
	if len(news) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	asleep, now := len(x.tail) == 0, time.Now()
	x.came(len(news), now)
	x.put = news[len(news)-1].mail.Seq // what the same commit evicted has a place behind it, which no search reaches
	for _, p := range news {
		if p.mail.Seq <= x.read { // catchUp may have read what was committed before this was told of it
			continue
		}
		if x.live = x.live && !x.full(); x.live {
			p.came = now
			x.append(p)
		}
	}
	if asleep || !x.rests(now) {
		x.wake()
	}
}

// append puts a message at the end of the tail.
func (x *index) append(p *pending) {
	p.octets = overhead + p.mail.Size
	if p.raw == nil {
		p.octets = overhead + 2*min(p.mail.Size, 1<<20)
	}
	x.tail = append(x.tail, p)
	x.open[p.mail.ID] = p
	x.octets += p.octets
	x.read = p.mail.Seq
}

// full says that the tail takes no further message.
func (x *index) full() bool {
	return len(x.tail) >= tailMessages || len(x.tail) > 0 && x.octets >= tailOctets
}

// weigh takes note that a message was digested.
func (x *index) weigh(p *pending) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open[p.mail.ID] == p {
		x.octets -= p.octets
		p.octets = p.weight()
		x.octets += p.octets
	}
}

// turned takes note of what became of messages. Those in the tail are searched
// as they are here.
func (x *index) turned(turns []turn) {
	if len(turns) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.reading {
		x.turns = append(x.turns, turns...)
	}
	x.apply(turns)
}

func (x *index) apply(turns []turn) {
	for _, t := range turns {
		if p := x.open[t.id]; p != nil {
			p.become(t)
		}
	}
}

// sweep has deleted messages removed from the search.
func (x *index) sweep() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unswept, x.last = true, time.Now()
	x.wake()
}

// behind returns how many messages are not in the file yet; those that are not
// in memory are not counted one by one.
func (x *index) behind() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.live {
		return int(max(x.put-x.upto, 0))
	}
	return len(x.tail)
}

// find returns a message that is on its way into the file, or nil.
func (x *index) find(id store.ID) *pending {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.open[id]
}

// view is where a search finds what is committed now: in the file up to a
// place, and behind that in the tail.
type view struct {
	upto int64
	tail []*pending
}

// view waits, if mail came faster than it could be kept in memory, until what
// is committed now is in the tail or in the file. Whoever gets a view says when
// it was looked at.
func (x *index) view(ctx context.Context) (view, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for goal := x.put; x.read < goal; {
		x.fault = nil
		if err := x.sleep(ctx.Done()); err != nil || x.fault != nil {
			return view{}, errors.Join(err, x.fault)
		}
	}
	if x.looking++; x.looking == 1 && x.undigested() != nil {
		x.wake() // the digesting goroutine helps
	}
	return view{x.upto, x.tail[:len(x.tail):len(x.tail)]}, nil
}

// looked is the end of a view.
func (x *index) looked() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.looking--
}

// sleep waits, with x.mu given back, until something changes.
func (x *index) sleep(enough <-chan struct{}) error {
	changed := x.changed
	x.mu.Unlock()
	defer x.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-enough:
		return context.Canceled
	case <-x.quit:
		return store.ErrClosed
	}
}

// digest is the goroutine that finds out what messages say.
func (x *index) digest() {
	for {
		p, err := x.toDigest()
		if err != nil {
			return
		}
		if _, err := p.indexed(x.store); err != nil {
			return
		}
	}
}

// toDigest returns the next message to be digested, when there is one and the
// workers do not rest.
func (x *index) toDigest() (*pending, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for !x.ended() {
		p := x.undigested()
		switch {
		case !x.live && !x.full():
			if err := x.catchUp(); err != nil {
				return nil, err
			}
			continue
		case p != nil && (x.looking > 0 || !x.rests(time.Now())):
			x.made = p.mail.Seq
			return p, nil
		}
		x.pause()
	}
	return nil, store.ErrClosed
}

// undigested returns the first message of the tail that the digesting
// goroutine has not seen.
func (x *index) undigested() *pending {
	i := sort.Search(len(x.tail), func(i int) bool { return x.tail[i].mail.Seq > x.made })
	if i == len(x.tail) {
		return nil
	}
	return x.tail[i]
}

// catchUp reads messages from the store, since not all came by add. With none
// left they do again.
func (x *index) catchUp() error {
	goal := x.put
	x.reading = true
	x.mu.Unlock()
	page, err := x.store.behind(x.read)
	x.mu.Lock()
	x.reading = false
	if err != nil {
		if errors.Is(err, store.ErrClosed) || x.store.ending.Err() != nil {
			return store.ErrClosed
		}
		x.store.options.Log.Error("messages cannot be read to be found", "store", x.store.path, "error", err)
		x.fault = err
		x.wake()
		return x.sleep(nil)
	}
	for _, p := range page {
		x.append(p)
	}
	x.apply(x.turns)
	x.turns = nil
	if len(page) == 0 {
		x.read = max(x.read, goal) // what was put last is deleted already
		x.live = x.read >= x.put
	}
	x.wake()
	return nil
}

// behind returns the next messages behind a place.
func (s *Store) behind(seq int64) ([]*pending, error) {
	ctx, leave, err := s.reading(context.Background())
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := s.read.QueryContext(ctx, "SELECT "+mailColumns+" FROM mail m WHERE seq > ? ORDER BY seq LIMIT 200", seq)
	if err != nil {
		return nil, s.known(ctx, err)
	}
	defer rows.Close()
	var page []*pending
	for rows.Next() {
		var r row
		if err := rows.Scan(r.mail()...); err != nil {
			return nil, s.known(ctx, err)
		}
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		page = append(page, &pending{mail: e.Mail, state: turn{id: e.ID, read: e.Read, pinned: e.Pinned, tags: e.Tags}})
	}
	return page, s.known(ctx, rows.Err())
}
