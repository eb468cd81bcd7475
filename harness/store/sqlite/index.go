package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Bounds of what the index holds in memory.
const (
	queueMessages = 4096     // that wait for their digest
	queueOctets   = 64 << 20 // of their content
	batchMessages = 500      // digested ones that are written at once, if nobody asks sooner
	batchOctets   = 8 << 20
	quiet         = 25 * time.Millisecond // without a new message, and the batch is written

	faultPause = 250 * time.Millisecond // before what failed is tried again
)

// index makes committed messages found by searches. One goroutine finds out
// what they say, in their order; another writes that into the file of the
// search. When messages come faster than that, the queue is given up, and they
// are read from the store later.
type index struct {
	store *Store
	path  string
	db    *sql.DB // one connection, for the writing goroutine

	quit    chan struct{}
	workers sync.WaitGroup

	mu      sync.Mutex // guards what follows
	put     int64      // Seq of the last committed message
	upto    int64      // every message up to here is in the search
	wanted  int64      // up to here somebody waits
	live    bool       // every message behind read is in the queue
	read    int64      // Seq of the last message taken to be digested
	queue   []*pending
	octets  int // in queue
	ready   []*pending
	weight  int // octets of the messages in ready
	unswept bool
	open    map[store.ID]*pending // those in queue and ready
	fault   error                 // why the last writing failed
	changed chan struct{}         // closed when something of this changes
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
	x.put = news[len(news)-1].mail.Seq // what the same commit evicted has a place behind it, which no search reaches
	for _, p := range news {
		if p.mail.Seq <= x.read { // catchUp may have read what was committed before this was told of it
			continue
		}
		if x.live = x.live && (len(x.queue) == 0 || len(x.queue) < queueMessages && x.octets < queueOctets); x.live {
			x.queue = append(x.queue, p)
			x.octets += p.held
			x.open[p.mail.ID] = p
		}
	}
	x.wake()
}

// sweep has deleted messages removed from the search.
func (x *index) sweep() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unswept = true
	x.wake()
}

// behind returns how many messages are not in the search yet; more than are in
// memory are not counted one by one.
func (x *index) behind(seq int64) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.live {
		return int(max(x.put-x.upto, 0))
	}
	return len(x.open)
}

// find returns a message that is on its way into the search, or nil.
func (x *index) find(id store.ID) *pending {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.open[id]
}

// reach waits until everything that is committed now is in the search.
func (x *index) reach(ctx context.Context) error {
	x.mu.Lock()
	goal := x.put
	for x.upto < goal {
		x.fault = nil
		if x.wanted < goal {
			x.wanted = goal
			x.wake()
		}
		if err := x.sleep(ctx.Done()); err != nil || x.fault != nil {
			err = errors.Join(err, x.fault)
			x.mu.Unlock()
			return err
		}
	}
	x.mu.Unlock()
	return nil
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
		p, err := x.next()
		if err != nil {
			return
		}
		_, err = p.whole(x.store)
		if errors.Is(err, store.ErrClosed) {
			return
		}
		x.finished(p)
	}
}

func (x *index) finished(p *pending) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ready = append(x.ready, p)
	x.weight += p.mail.Size
	x.wake()
}

// next returns the next message to be digested, when there is one and those
// that are ready leave room.
func (x *index) next() (*pending, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		switch {
		case x.crowded():
		case len(x.queue) > 0:
			p := x.queue[0]
			x.queue = x.queue[1:]
			x.octets -= p.held
			x.read = p.mail.Seq
			return p, nil
		case !x.live:
			if err := x.catchUp(); err != nil {
				return nil, err
			}
			continue
		}
		if err := x.sleep(nil); err != nil {
			return nil, err
		}
	}
}

func (x *index) crowded() bool {
	return len(x.ready) >= 2*batchMessages || len(x.ready) > 0 && x.weight >= 2*batchOctets
}

// catchUp reads messages that are not in the queue from the store. With none
// left the queue is in use again.
func (x *index) catchUp() error {
	goal := x.put
	x.mu.Unlock()
	page, err := x.store.behind(x.read)
	x.mu.Lock()
	if err != nil {
		if errors.Is(err, store.ErrClosed) || x.store.ending.Err() != nil {
			return store.ErrClosed
		}
		x.store.options.Log.Error("messages cannot be read to be found", "store", x.store.path, "error", err)
		return x.sleep(nil)
	}
	for _, p := range page {
		x.queue = append(x.queue, p)
		x.open[p.mail.ID] = p
	}
	if len(page) == 0 {
		if x.read < goal { // what was put last is deleted already
			x.read = goal
			x.ready = append(x.ready, &pending{mail: store.Mail{Seq: goal}})
			x.wake()
		}
		x.live = x.read >= x.put
	}
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
		page = append(page, &pending{mail: e.Mail})
	}
	return page, s.known(ctx, rows.Err())
}
