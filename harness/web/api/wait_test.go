package api_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// wait asks in a goroutine of its own.
func (b *box) wait(target string) <-chan *httptest.ResponseRecorder {
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- b.ask("GET", "/api/wait"+target, "") }()
	return answer
}

type missed struct {
	Status         int
	Detail, Cursor string
	Found, Instead []api.Summary
}

func TestWaitAnswersAtOnce(t *testing.T) {
	b := newBox(t)
	for _, s := range []string{"alpha", "beta", "alpha2", "gamma"} {
		b.put("one", mail(s))
	}
	for target, want := range map[string]string{
		"": "gamma", "?n=2": "alpha2 gamma", "?q=alpha": "alpha2", "?q=alpha&n=2": "alpha alpha2", "?run=one&q=beta": "beta", "?timeout=0": "gamma",
		"?query=beta": "beta", "?q=beta&query=beta": "beta", "?q=&query=beta": "beta",
	} {
		if got := get[api.Waited](b, "/api/wait"+target); subjects(got.Items) != want {
			t.Errorf("%s: %s, want %s", target, subjects(got.Items), want)
		}
	}
}

func TestWaitHasOneQuery(t *testing.T) {
	b := newBox(t)
	b.put("", mail("alpha"))
	for _, target := range []string{"?q=alpha&query=beta", "?query=(", "?query=alpha&query=alpha"} {
		if w := b.ask("GET", "/api/wait"+target, ""); w.Code != 400 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}

func TestWaitGoesOnFromItsCursor(t *testing.T) {
	b := newBox(t)
	start := get[api.List[api.Summary]](b, "/api/messages").Cursor
	for i := range 5 {
		b.put("", mail(fmt.Sprint("m", i)))
	}
	cursor, got := start, ""
	for range 5 {
		w := get[api.Waited](b, "/api/wait?q=the&after="+cursor)
		cursor, got = w.Cursor, got+subjects(w.Items)+" "
	}
	if got != "m0 m1 m2 m3 m4 " {
		t.Error(got)
	}
	if w := b.ask("GET", "/api/wait?timeout=0&after="+cursor, ""); w.Code != 408 {
		t.Errorf("%d", w.Code)
	}
}

func TestWaitHearsOfWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		answer := b.wait("?q=wanted&n=2&run=one")
		synctest.Wait()
		b.put("two", mail("wanted elsewhere"))
		gone := b.put("one", mail("wanted gone"))
		b.store.Delete(t.Context(), store.Selection{IDs: []store.ID{gone}})
		b.put("one", mail("other"))
		b.put("one", mail("wanted 1"))
		synctest.Wait()
		select {
		case w := <-answer:
			t.Fatalf("too early: %s", w.Body)
		default:
		}
		b.put("one", mail("wanted 2"))
		w := <-answer
		if got := decoded[api.Waited](t, w); w.Code != 200 || subjects(got.Items) != "wanted 1 wanted 2" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWaitInVainSaysWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.put("", mail("early"))
		began := time.Now()
		answer := b.wait("?q=wanted&n=2&timeout=42s")
		synctest.Wait()
		b.put("", mail("wanted"))
		b.put("", mail("late"))
		w := <-answer
		m := decoded[missed](t, w)
		if w.Code != 408 || m.Status != 408 || time.Since(began) != 42*time.Second || subjects(m.Found) != "wanted" || subjects(m.Instead) != "late early" {
			t.Errorf("%d after %s: %s", w.Code, time.Since(began), w.Body)
		}
		b.put("", mail("wanted 2"))
		again := get[api.Waited](b, "/api/wait?q=wanted&n=2&after="+m.Cursor)
		if subjects(again.Items) != "wanted wanted 2" {
			t.Errorf("waited on: %s", subjects(again.Items))
		}
	})
}

func TestWaitHasAStandardTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		began := time.Now()
		if w := <-b.wait(""); w.Code != 408 || time.Since(began) != 30*time.Second {
			t.Errorf("%d after %s", w.Code, time.Since(began))
		}
	})
}

func TestWaitLooksAgainBehindAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, func(_ *api.Config, o *store.MemoryOptions) { o.Events = 2 })
		answer := b.wait("?q=wanted")
		synctest.Wait()
		// The watcher cannot run in between: this goroutine does not block.
		b.put("", mail("wanted"))
		for i := range 100 {
			b.put("", mail(fmt.Sprint("m", i)))
		}
		if w := <-answer; w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWaitSeesWhatBecomesOfMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		id := b.put("", mail("x"))
		answer := b.wait("?q=" + escape("x AND (is:read OR -is:unread) AND NOT tag:old tag:done"))
		synctest.Wait()
		b.store.Update(t.Context(), store.Selection{All: true}, store.Change{Read: new(true)})
		synctest.Wait()
		b.ask("PATCH", "/api/messages/"+string(id), `{"tags":["done"]}`)
		if w := <-answer; w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWaitOfAnotherStoresPlaceMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.put("", mail("there"))
		if got := get[api.Waited](b, "/api/wait?after="+api.NewOrderCursor(1000)); subjects(got.Items) != "there" {
			t.Errorf("%+v", got)
		}
	})
}

func TestWaitEndsWithItsClientAndWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		ctx, cancel := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.handler.ServeHTTP(w, request("GET", "/api/wait", "").WithContext(ctx))
		}()
		synctest.Wait()
		cancel()
		<-done
		if w.Body.Len() != 0 {
			t.Errorf("%s", w.Body)
		}
		answer := b.wait("")
		synctest.Wait()
		b.api.Close()
		if w := <-answer; w.Code != 503 {
			t.Errorf("%d", w.Code)
		}
	})
}

func TestWaitEndsWithTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		answer := b.wait("")
		synctest.Wait()
		b.store.Close()
		if w := <-answer; w.Code != 503 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWaitsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, func(c *api.Config, _ *store.MemoryOptions) { c.MaxWaits = 2 })
		first, second := b.wait(""), b.wait("")
		synctest.Wait()
		if w := <-b.wait(""); w.Code != 503 {
			t.Errorf("%d", w.Code)
		}
		b.put("", mail("x"))
		if a, c := <-first, <-second; a.Code != 200 || c.Code != 200 {
			t.Errorf("%d %d", a.Code, c.Code)
		}
		if w := <-b.wait(""); w.Code != 200 {
			t.Errorf("%d", w.Code)
		}
	})
}

// TestWaitNeverMisses waits for one message at a time while others come and go
// and retention takes the oldest, with a log that forgets soon.
func TestWaitNeverMisses(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	b := newBox(t, func(_ *api.Config, o *store.MemoryOptions) {
		o.Events, o.Retention.Messages, o.Digester = 20, 50, store.Digester{}
	})
	ctx, stop := context.WithCancel(t.Context())
	var noise sync.WaitGroup
	var pinning sync.RWMutex // retention takes nothing between a put and its pin
	defer noise.Wait()
	defer stop()
	for n := range 2 {
		noise.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				pinning.RLock()
				id := b.put("", mail(fmt.Sprint("noise ", n)))
				pinning.RUnlock()
				if i%2 == 0 {
					b.store.Delete(ctx, store.Selection{IDs: []store.ID{id}})
				}
			}
		})
	}
	cursor := get[api.Info](b, "/api/info").Cursor
	for i := range rounds {
		subject := fmt.Sprintf("wanted%dx", i)
		put := make(chan struct{})
		go func() {
			defer close(put)
			pinning.Lock()
			defer pinning.Unlock()
			id := b.put("", mail(subject))
			b.store.Update(ctx, store.Selection{IDs: []store.ID{id}}, store.Change{Pinned: new(true)})
		}()
		target := "/api/wait?timeout=20s&q=" + subject
		if i%2 == 0 {
			target += "&after=" + cursor
		}
		w := b.ask("GET", target, "")
		<-put
		if w.Code != 200 {
			t.Fatalf("round %d: %d %s", i, w.Code, w.Body)
		}
		got := decoded[api.Waited](t, w)
		if len(got.Items) != 1 || got.Items[0].Subject != subject {
			t.Fatalf("round %d: %s", i, subjects(got.Items))
		}
		cursor = got.Cursor
		b.store.Delete(ctx, store.Selection{IDs: []store.ID{store.ID(got.Items[0].ID)}})
	}
}

// BenchmarkWait measures from the put of a message to the answer of a wait that
// is open, over TCP.
func BenchmarkWait(b *testing.B) {
	for _, there := range []int{0, 10_000} {
		b.Run(fmt.Sprint(there), func(b *testing.B) { benchmarkWait(b, there) })
	}
}

func benchmarkWait(b *testing.B, there int) {
	x := newBox(b)
	for range there {
		x.put("", mail("there"))
	}
	server := httptest.NewServer(x.handler)
	defer server.Close()
	var took []time.Duration
	cursor := get[api.Info](x, "/api/info").Cursor
	for i := 0; b.Loop(); i++ {
		answer := make(chan time.Time, 1)
		target := server.URL + "/api/wait?q=" + fmt.Sprintf("wanted%dx", i) + "&after=" + cursor
		go func() {
			r, err := server.Client().Get(target)
			answer <- time.Now()
			if err != nil || r.StatusCode != 200 {
				b.Error(r, err)
			}
			r.Body.Close()
		}()
		x.openWaits(1)
		began := time.Now()
		x.put("", mail(fmt.Sprintf("wanted%dx", i)))
		took = append(took, (<-answer).Sub(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
}

// openWaits returns when so many waits are open.
func (b *box) openWaits(n int) {
	for api.OpenWaits(b.api) < n {
		time.Sleep(50 * time.Microsecond)
	}
}
