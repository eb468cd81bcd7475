package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// Bounds of a wait.
const (
	waitTime    = 30 * time.Second
	maxWaitTime = 10 * time.Minute
	maxInstead  = 20 // messages that a wait in vain tells of
)

// waiting is one wait.
type waiting struct {
	store store.Store
	query *store.Query
	run   string
	n     int
	after int64 // only what comes behind; 0 = whatever is there
	onGo  bool  // it goes on from after, so that the oldest come first

	start int64 // the place in the order when it began
	found []*store.Entry
}

// missed is the answer of a wait in vain.
type missed struct {
	problem.Problem
	Found   []Summary `json:"found"`   // what matched; fewer than was asked for
	Instead []Summary `json:"instead"` // the newest of what did not
	Cursor  string    `json:"cursor"`  // to wait on without missing anything
}

func (a *API) wait(w http.ResponseWriter, r *request) error {
	if r.Method == http.MethodHead {
		return problem.New(http.StatusMethodNotAllowed, "a wait is a GET")
	}
	leave, err := enter(a.waits, "waits")
	if err != nil {
		return err
	}
	defer leave()
	wt, timeout, err := a.newWaiting(r)
	if err != nil {
		return err
	}
	patient(w, timeout+searchTime+writeTime)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(a.closing, cancel)()

	done, err := wt.wait(ctx, timeout)
	switch {
	case a.closing.Err() != nil && !done:
		return problem.New(http.StatusServiceUnavailable, "the server is closing")
	case err != nil:
		return err
	case done:
		return reply(w, http.StatusOK, Waited{summaries(wt.found), wt.cursor()})
	}
	return a.waitedInVain(w, r, wt)
}

func (a *API) newWaiting(r *request) (*waiting, time.Duration, error) {
	n, err := r.number("n", 1, 1, store.MaxLimit)
	if err != nil {
		return nil, 0, err
	}
	timeout, err := r.duration("timeout", waitTime, maxWaitTime)
	if err != nil {
		return nil, 0, err
	}
	after, given, err := r.cursor(inOrder)
	if err != nil {
		return nil, 0, err
	}
	q, err := a.query(r)
	return &waiting{store: a.Store, query: q, run: r.run(), n: n, after: after, onGo: given}, timeout, err
}

// wait says whether n messages matched in time. It takes its place in the order
// before it looks, so that nothing can come between the look and the watch; what
// it hears of twice it counts once.
func (wt *waiting) wait(ctx context.Context, timeout time.Duration) (done bool, err error) {
	info, err := wt.store.Info(ctx)
	if err != nil {
		return false, err
	}
	wt.start = info.Seq
	if wt.after > info.Seq {
		wt.after = 0 // a place of another store, or of this one before it was emptied
	}
	if err := wt.look(ctx); err != nil || wt.enough() {
		return err == nil, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := wt.watch(limited); limited.Err() == nil && err != nil {
		return false, err
	}
	if wt.enough() {
		return true, nil
	}
	return false, ctx.Err()
}

// watch returns when enough has come, ctx has ended, or the store fails.
func (wt *waiting) watch(ctx context.Context) error {
	for e, err := range wt.store.Watch(ctx, wt.start) {
		if err == nil {
			err = wt.hear(ctx, e)
		}
		if err != nil || wt.enough() {
			return err
		}
	}
	return nil
}

func (wt *waiting) enough() bool { return len(wt.found) >= wt.n }

// look sees what is there now.
func (wt *waiting) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	list, err := wt.store.List(ctx, store.Page{Query: wt.query, Run: wt.run, After: wt.after, Limit: wt.n, Oldest: wt.onGo})
	if err != nil {
		return err
	}
	wt.found = list.Entries
	slices.SortFunc(wt.found, bySeq)
	return nil
}

func bySeq(a, b *store.Entry) int { return cmp.Compare(a.Seq, b.Seq) }

func (wt *waiting) hear(ctx context.Context, e *store.Event) error {
	switch {
	case e.Kind == store.Gap:
		return wt.look(ctx)
	case wt.run != "" && e.Run != wt.run:
		return nil
	}
	switch e.Kind {
	case store.NewMessage:
		wt.take(e.Entry)
	case store.Deleted:
		wt.found = slices.DeleteFunc(wt.found, func(f *store.Entry) bool { return slices.Contains(e.IDs, f.ID) })
	case store.Updated:
		if wt.query != nil && looksAtState(wt.query.Expr) {
			return wt.look(ctx)
		}
	}
	return nil
}

// take counts a message that came, if it is asked for. It may be gone already.
func (wt *waiting) take(e *store.Entry) {
	if e == nil || e.Seq <= wt.after || !wt.query.Match(e) {
		return
	}
	if at, known := slices.BinarySearchFunc(wt.found, e, bySeq); !known {
		wt.found = slices.Insert(wt.found, at, e)
	}
}

// looksAtState says that a change of what was read, pinned or tagged can change
// what an expression matches.
func looksAtState(x store.Expr) bool {
	switch x := x.(type) {
	case store.And:
		return slices.ContainsFunc(x, looksAtState)
	case store.Or:
		return slices.ContainsFunc(x, looksAtState)
	case store.Not:
		return looksAtState(x.Expr)
	case store.Is, store.Tagged:
		return true
	}
	return false
}

// cursor is behind the last message that was found.
func (wt *waiting) cursor() string { return newCursor(inOrder, wt.found[len(wt.found)-1].Seq) }

// again is where to wait on from in order to find all of this again.
func (wt *waiting) again() string {
	switch {
	case wt.onGo:
		return newCursor(inOrder, wt.after)
	case len(wt.found) > 0:
		return newCursor(inOrder, wt.found[0].Seq-1)
	}
	return newCursor(inOrder, wt.start)
}

func (a *API) waitedInVain(w http.ResponseWriter, r *request, wt *waiting) error {
	ctx, cancel := r.look()
	defer cancel()
	there, err := a.Store.List(ctx, store.Page{Run: wt.run, After: wt.after, Limit: maxInstead + len(wt.found)})
	if err != nil {
		return err
	}
	instead := slices.DeleteFunc(there.Entries, func(e *store.Entry) bool {
		return slices.ContainsFunc(wt.found, func(f *store.Entry) bool { return f.ID == e.ID })
	})
	instead = instead[:min(len(instead), maxInstead)]
	p := problem.New(http.StatusRequestTimeout, "%d of %d messages matched in time", len(wt.found), wt.n)
	problem.WriteJSON(w, p.Status, problem.ContentType, missed{*p, summaries(wt.found), summaries(instead), wt.again()})
	return nil
}
