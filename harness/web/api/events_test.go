package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/guard"
)

// told is one thing that a stream said.
type told struct{ id, event, data string }

// stream is a client of the events.
type stream struct {
	testing.TB
	lines *bufio.Scanner
	end   context.CancelFunc
	done  chan struct{} // closed when the handler has returned
	last  string        // the id
}

// events opens a stream in a bubble and reads up to its first id.
func (b *box) events(target string, fields ...string) *stream {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	r, w := io.Pipe()
	s := &stream{b, bufio.NewScanner(r), cancel, make(chan struct{}), ""}
	go func() {
		defer close(s.done)
		defer w.Close()
		b.handler.ServeHTTP(&piped{header: http.Header{}, out: w, ended: ctx}, request("GET", "/api/events"+target, "", fields...).WithContext(ctx))
	}()
	b.Cleanup(func() { s.stop() })
	if first := s.next(); first.event != "" || first.id == "" {
		b.Errorf("a stream begins with %+v", first)
	}
	return s
}

func (s *stream) stop() {
	s.end()
	<-s.done
}

// next returns the next event; a comment is one without a name, and the zero
// value is the end.
func (s *stream) next() told {
	var e told
	for s.lines.Scan() {
		line := s.lines.Text()
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "":
			return e
		case name == "":
			e.data = line
		}
		switch name {
		case "id":
			e.id, s.last = value, value
		case "event":
			e.event = value
		case "data":
			e.data = value
		}
	}
	return told{}
}

// piped is an answer that is read while it is written. A client that is gone
// lets no write hang.
type piped struct {
	header http.Header
	out    *io.PipeWriter
	ended  context.Context
}

func (p *piped) Header() http.Header { return p.header }
func (p *piped) WriteHeader(int)     {}
func (p *piped) Flush()              {}
func (p *piped) Write(b []byte) (int, error) {
	stop := context.AfterFunc(p.ended, func() { p.out.CloseWithError(io.ErrClosedPipe) })
	defer stop()
	return p.out.Write(b)
}

func TestEventsTellWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, withRules)
		s := b.events("")
		spec := readSpec(b)
		var id store.ID
		which := func() store.Selection { return store.Selection{IDs: []store.ID{id}} }
		happen := map[string]func(){
			"message": func() { id = b.put("one", mail("x")) },
			"session": func() { id = b.putSession("one") },
			"update":  func() { b.store.Update(t.Context(), which(), store.Change{Read: new(true)}) },
			"delete":  func() { b.store.Delete(t.Context(), which()) },
		}
		for _, want := range []struct{ event, schema string }{
			{"message", "Summary"}, {"update", "Event"}, {"delete", "Event"}, {"session", "Event"},
		} {
			happen[want.event]()
			e := s.next()
			if e.event != want.event || !strings.Contains(e.data, string(id)) || e.id == "" {
				t.Errorf("%+v, want %s of %s", e, want.event, id)
			}
			if err := spec.fits("#/components/schemas/"+want.schema, []byte(e.data)); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		b.ask("POST", "/api/rules", `{"rule":{"on":"RCPT"}}`)
		e := s.next()
		if err := spec.fits("#/components/schemas/Rule", []byte(e.data)); e.event != "rule" || e.id != "" || err != nil {
			t.Errorf("%+v %v", e, err)
		}
	})
}

func TestEventsTellOfHits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := &book{}
		b := newBox(t, func(c *api.Config, _ *store.MemoryOptions) { c.Rules = rules })
		s := b.events("")
		b.ask("POST", "/api/rules", `{"rule":{"on":"RCPT"}}`)
		s.next()
		synctest.Wait()
		for round := range 3 {
			began := time.Now()
			for range 50 {
				rules.hit(1)
			}
			want := fmt.Sprintf(`"hits":%d}`, 50*(round+1))
			if e := s.next(); e.event != "rule" || !strings.HasSuffix(e.data, want) || time.Since(began) > time.Second {
				t.Errorf("%+v after %s, want %s", e, time.Since(began), want)
			}
		}
	})
}

func TestEventsGoOnFromTheLastID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		s := b.events("")
		b.put("", mail("m0"))
		first := s.next()
		s.stop()
		b.put("", mail("m1"))
		b.put("", mail("m2"))
		for _, again := range []*stream{b.events("", "Last-Event-ID", first.id), b.events("?after=" + first.id), b.events("?after="+s.last, "Last-Event-ID", first.id)} {
			for _, want := range []string{"m1", "m2"} {
				if e := again.next(); e.event != "message" || !strings.Contains(e.data, `"subject":"`+want+`"`) {
					t.Errorf("%+v, want %s", e, want)
				}
			}
			again.stop()
		}
	})
}

func TestEventsOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, withRules)
		s := b.events("?run=one")
		b.put("two", mail("m0"))
		b.putSession("")
		b.ask("POST", "/api/rules", `{"rule":{},"run":"two"}`)
		b.put("one", mail("m1"))
		if e := s.next(); !strings.Contains(e.data, `"subject":"m1"`) {
			t.Errorf("%+v", e)
		}
	})
}

func TestEventsTellOfAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, func(_ *api.Config, o *store.MemoryOptions) { o.Events = 2 })
		for i := range 10 {
			b.put("two", mail(fmt.Sprint("m", i)))
		}
		for _, target := range []string{"", "?run=one"} {
			s := b.events(target, "Last-Event-ID", api.NewOrderCursor(1))
			if e := s.next(); e.event != "gap" || e.id != api.NewOrderCursor(8) {
				t.Errorf("%s: %+v", target, e)
			}
			s.stop()
		}
		s := b.events("", "Last-Event-ID", api.NewOrderCursor(1000))
		if e := s.next(); e.event != "gap" {
			t.Errorf("a place of another store: %+v", e)
		}
	})
}

func TestEventsHaveAHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		s := b.events("")
		began := time.Now()
		for range 3 {
			if e := s.next(); e.data != ": alive" {
				t.Errorf("%+v", e)
			}
		}
		if took := time.Since(began); took != 45*time.Second {
			t.Errorf("3 heartbeats in %s", took)
		}
	})
}

func TestEventsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		s := b.events("")
		b.api.Close()
		<-s.done
		b = newBox(t)
		s = b.events("")
		b.store.Close()
		<-s.done
	})
}

func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		var open []*stream
		for range 100 {
			open = append(open, b.events(""))
		}
		if w := b.ask("GET", "/api/events", ""); w.Code != 503 {
			t.Errorf("%d", w.Code)
		}
		if text := b.ask("GET", "/metrics", "").Body.String(); !strings.Contains(text, "smtpspec_http_streams 100\n") {
			t.Error(text)
		}
		open[0].stop()
		b.events("")
	})
}

// stuck is an answer whose client takes nothing behind the first piece: a write
// fails when its deadline is over, and holds nobody else up.
type stuck struct {
	piped
	pieces   int
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(t time.Time) error { s.deadline = t; return nil }
func (s *stuck) Write(b []byte) (int, error) {
	if s.pieces++; s.pieces == 1 {
		return len(b), nil
	}
	time.Sleep(time.Until(s.deadline))
	return 0, errors.New("i/o timeout")
}

func TestSlowClientsAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		began := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.handler.ServeHTTP(&stuck{piped: piped{header: http.Header{}}}, request("GET", "/api/events", ""))
		}()
		synctest.Wait()
		for i := range 1000 {
			b.put("", mail(fmt.Sprint("m", i)))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("mail was held up for %s", took)
		}
		<-done
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("let go after %s", took)
		}
		if api.OpenStreams(b.api) != 0 {
			t.Error("the place is not free")
		}
	})
}

// TestStreamsOutliveTheServersDeadlines holds streams and waits open over the deadlines of the
// server, and sees them end when it closes.
func TestStreamsOutliveTheServersDeadlines(t *testing.T) {
	b := newBox(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := guard.Server(b.handler, quiet)
	server.ReadTimeout, server.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	served := make(chan struct{})
	go func() { defer close(served); server.Serve(l) }()
	url := "http://" + l.Addr().String()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	r, err := client.Get(url + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.Header.Get("Content-Type") != "text/event-stream" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", r.Header)
	}
	w, err := client.Get(url + "/api/wait?timeout=200ms")
	if err != nil || w.StatusCode != 408 {
		t.Fatalf("%v %v", w, err)
	}
	w.Body.Close()
	b.put("", mail("behind the deadlines"))
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() && !strings.Contains(lines.Text(), "behind the deadlines") {
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	b.api.Close()
	for lines.Scan() {
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

func TestForeignPagesHaveNoStreams(t *testing.T) {
	b := newBox(t)
	for _, target := range []string{"/api/events", "/api/wait"} {
		for _, fields := range [][]string{{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}} {
			if w := b.ask("GET", target, "", fields...); w.Code != 403 {
				t.Errorf("%s %q: %d", target, fields, w.Code)
			}
		}
		r := request("GET", target, "")
		r.Host = "rebound.example"
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if w.Code != 421 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
