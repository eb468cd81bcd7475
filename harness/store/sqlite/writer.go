package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// A group of messages that are committed together has so many of them, and
// gets no further one at so many octets.
const (
	groupMessages = 64
	groupOctets   = 8 << 20
)

// writer is the one goroutine that changes the file of the mail. Messages go
// first; behind each group of them one other job has its turn.
type writer struct {
	store *Store
	conn  *sql.Conn
	plans map[string]*sql.Stmt
	now   totals // only for the writer
	kept  int    // events that were written since the file was last rid of old ones

	puts chan *delivery
	jobs chan *job
	quit chan struct{}
	done chan struct{}

	mu    sync.Mutex // guards what follows
	seen  totals     // what others see of now
	fault error      // why the last change failed; nil if it did not
}

// job is something to write that is not a message.
type job struct {
	do    func(*change) error
	joins bool // it may be committed with others of this kind; do is called again when one of them fails
	done  chan error
}

func newWriter(s *Store, now totals) *writer {
	w := &writer{store: s, conn: s.conn, plans: map[string]*sql.Stmt{}, now: now, seen: now, kept: s.options.Events / 10,
		puts: make(chan *delivery, 2*groupMessages), jobs: make(chan *job, groupMessages),
		quit: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

// stop ends the writer when nobody waits for it any more.
func (w *writer) stop() {
	close(w.quit)
	<-w.done
	for _, plan := range w.plans {
		_ = plan.Close()
	}
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case d := <-w.puts:
			w.deliver(d)
			w.turn()
			continue
		default:
		}
		select {
		case d := <-w.puts:
			w.deliver(d)
		case j := <-w.jobs:
			w.work(j)
		case <-w.quit:
			return
		}
	}
}

// turn does one job, if there is one, or several that join.
func (w *writer) turn() {
	select {
	case j := <-w.jobs:
		w.work(j)
	default:
	}
}

// work does a job, with those that wait behind it as far as they join.
func (w *writer) work(first *job) {
	group, next := w.joined(first)
	err := w.doAll(group)
	for _, j := range group {
		if err != nil && len(group) > 1 { // one of them may be what fails
			j.done <- w.commit(j.do)
			continue
		}
		j.done <- err
	}
	if next != nil {
		next.done <- w.commit(next.do)
	}
}

// joined returns a job with those that join it, and the one that was found
// behind them and does not.
func (w *writer) joined(first *job) (group []*job, next *job) {
	group = []*job{first}
	for first.joins && len(group) < groupMessages {
		select {
		case j := <-w.jobs:
			if !j.joins {
				return group, j
			}
			group = append(group, j)
		default:
			return group, nil
		}
	}
	return group, nil
}

func (w *writer) doAll(group []*job) error {
	return w.commit(func(c *change) error {
		for _, j := range group {
			if err := j.do(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// change has something written. When ctx ends before its turn comes it is not
// done.
func (w *writer) change(ctx context.Context, do func(*change) error) error {
	return w.enqueue(ctx, &job{done: make(chan error, 1)}, do)
}

// join is change for what may be committed with others of its kind, so that
// many at once cost few commits.
func (w *writer) join(ctx context.Context, do func(*change) error) error {
	return w.enqueue(ctx, &job{done: make(chan error, 1), joins: true}, do)
}

func (w *writer) enqueue(ctx context.Context, j *job, do func(*change) error) error {
	j.do = func(c *change) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return do(c)
	}
	select {
	case w.jobs <- j:
		return <-j.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commit does something in a transaction of its own. What it brought about is
// told to others when it is committed.
func (w *writer) commit(do func(*change) error) error {
	c := &change{writer: w, now: w.now}
	err := w.transact(c, do)
	if err != nil {
		_, _ = w.plain("ROLLBACK")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if code(err) != 0 {
		w.fault = err
	}
	if err != nil {
		return err
	}
	w.now, w.seen, w.fault = c.now, c.now, nil
	c.announce()
	return nil
}

func (w *writer) transact(c *change, do func(*change) error) error {
	if _, err := w.plain("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := do(c); err != nil {
		return err
	}
	if err := c.finish(); err != nil {
		return err
	}
	_, err := w.plain("COMMIT")
	return err
}

// plain executes a statement, whose plan is kept.
func (w *writer) plain(query string, args ...any) (sql.Result, error) {
	plan, err := w.plan(query)
	if err != nil {
		return nil, err
	}
	return plan.ExecContext(context.Background(), args...)
}

func (w *writer) plan(query string) (*sql.Stmt, error) {
	if plan := w.plans[query]; plan != nil {
		return plan, nil
	}
	plan, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.plans[query] = plan
	}
	return plan, err
}

// state returns what the store holds, and why it cannot be written, if so.
func (w *writer) state() (totals, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen, w.fault
}
