package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// heartbeat is how often an idle stream says that it lives.
const heartbeat = 15 * time.Second

// events is a stream of server-sent events, HTML §9.2.
func (a *API) events(w http.ResponseWriter, r *request) error {
	if r.Method == http.MethodHead {
		return problem.New(http.StatusMethodNotAllowed, "a stream is a GET")
	}
	after, err := a.streamStart(r)
	if err != nil {
		return err
	}
	leave, err := enter(a.streams, "streams")
	if err != nil {
		return err
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy before us is not to gather events
	w.WriteHeader(http.StatusOK)
	s := &stream{w: w, p: patient(w, writeTime), run: r.run()}
	// An id without data tells the client where it is and is no event.
	s.write("retry: 1000\nid: " + newCursor(inOrder, after) + "\n\n")
	a.follow(r.Context(), s, after)
	return nil
}

// streamStart returns where a stream begins: behind what the client saw last,
// or now.
func (a *API) streamStart(r *request) (int64, error) {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return parseCursor(inOrder, id)
	}
	after, given, err := r.cursor(inOrder)
	if given || err != nil {
		return after, err
	}
	ctx, cancel := r.look()
	defer cancel()
	info, err := a.Store.Info(ctx)
	return info.Seq, err
}

// follow passes on what happens until the client is gone or too slow, the store
// ends, or the server closes. The watcher's goroutine is gone when it returns.
func (a *API) follow(ctx context.Context, s *stream, after int64) {
	ctx, cancel := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer cancel()
	defer context.AfterFunc(a.closing, cancel)()
	happened := make(chan *store.Event)
	watcher.Go(func() {
		defer close(happened)
		a.watch(ctx, after, happened)
	})
	rules, leave := a.rules.open()
	defer leave()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for s.err == nil {
		select {
		case e, ok := <-happened:
			if !ok {
				return
			}
			s.event(e)
		case rule := <-rules:
			s.rule(rule)
		case <-beat.C:
			s.write(": alive\n\n")
		case <-ctx.Done():
			return
		}
	}
}

func (a *API) watch(ctx context.Context, after int64, to chan<- *store.Event) {
	for e, err := range a.Store.Watch(ctx, after) {
		if err != nil {
			return
		}
		select {
		case to <- e:
		case <-ctx.Done():
			return
		}
	}
}

// stream writes events to one client.
type stream struct {
	w   http.ResponseWriter
	p   patience
	run string // "" = all
	err error  // of the first write that failed
}

func (s *stream) event(e *store.Event) {
	if s.run != "" && e.Run != s.run && e.Kind != store.Gap {
		return
	}
	var data any = Event{idTexts(e.IDs), e.Run}
	if e.Kind == store.NewMessage {
		if e.Entry == nil {
			return // it came and went
		}
		data = summary(e.Entry)
	}
	s.send(string(e.Kind), newCursor(inOrder, e.Seq), data)
}

func idTexts(ids []store.ID) []string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		list = append(list, string(id))
	}
	return list
}

func (s *stream) rule(rule Rule) {
	if s.run == "" || rule.Run == s.run {
		s.send("rule", "", rule)
	}
}

func (s *stream) send(name, id string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	var out bytes.Buffer
	if id != "" {
		fmt.Fprintf(&out, "id: %s\n", id)
	}
	fmt.Fprintf(&out, "event: %s\ndata: %s\n\n", name, b)
	s.write(out.String())
}

// write gives the client writeTime: one that is slower is let go, and resumes
// from the last event that it saw.
func (s *stream) write(text string) {
	if s.err != nil {
		return
	}
	s.p.more(writeTime)
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.p.Flush()
	}
}
