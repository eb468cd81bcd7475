package harness

import (
	"bufio"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// host is the server's end of a connection to another process: one scope, whose
// test runs there.
type host struct {
	portion *portion
	conn    net.Conn
	in      *bufio.Reader
	rules   []Rule // in the order of their handles, which count from 1
	writing sync.Mutex
	waiting sync.WaitGroup

	mu    sync.Mutex                 // guards waits
	waits map[int]context.CancelFunc // by the number of the request
}

const (
	maxWaits = 100    // of one guest at the same time
	maxRules = 10_000 // of one guest

	// helloTime is for whoever has not shown the key.
	helloTime = 10 * time.Second
)

// host serves a connection to its end. Who does not know the key is told
// nothing.
func (s *Server) host(conn net.Conn, key string) {
	in := bufio.NewReaderSize(conn, maxHello)
	conn.SetReadDeadline(time.Now().Add(helloTime))
	q, err := readRequest(in, maxHello)
	if err != nil || q.Op != opHello || subtle.ConstantTimeCompare([]byte(q.Key), []byte(key)) != 1 {
		return
	}
	conn.SetReadDeadline(time.Time{})
	h := &host{portion: s.portion(q.Process), conn: conn, in: in, waits: map[int]context.CancelFunc{}}
	defer h.portion.close()
	h.send(answer{ID: q.ID, Welcome: &welcome{h.portion.tag, s.place(), longestAnswer(s.cfg.Limits.Message)}})
	h.run()
}

// run serves requests until the guest hangs up or says what is no request.
func (h *host) run() {
	ctx, cancel := context.WithCancel(context.Background())
	defer h.waiting.Wait()
	defer cancel()
	for {
		q, err := readRequest(h.in, maxRequest)
		if err != nil || !h.serve(ctx, q) {
			h.conn.Close()
			return
		}
	}
}

// serve answers one request. It says whether the connection goes on.
func (h *host) serve(ctx context.Context, q request) bool {
	switch q.Op {
	case opAwait:
		return h.beginWait(ctx, q)
	case opCancel:
		h.cancel(q.Of)
		return true
	case opHello:
		return false
	}
	a, err := h.answer(q)
	if err != nil {
		a = answer{Error: err.Error()}
	}
	a.ID = q.ID
	return h.send(a)
}

func (h *host) answer(q request) (answer, error) {
	switch q.Op {
	case opMessages:
		return h.messages(q.After)
	case opSessions:
		return h.sessions(q.After)
	case opViolations:
		return answer{Violations: h.portion.Violations()}, nil
	case opAddRule:
		return h.addRule(q.Rule)
	case opEnd:
		return answer{Complaints: h.portion.endOfTest()}, nil
	}
	return h.aboutRule(q)
}

func (h *host) send(a answer) bool {
	line, err := appendLine(a)
	if err != nil {
		return false
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	_, err = h.conn.Write(line)
	return err == nil
}

// messages answers with those behind the ID after, and with the IDs of all.
func (h *host) messages(after int) (a answer, err error) {
	var fresh []*record.Message
	for _, m := range h.portion.messages(0) {
		a.IDs = append(a.IDs, m.ID)
		if m.ID > after {
			fresh = append(fresh, m)
		}
	}
	a.Items, a.More, err = page(fresh, func(m *record.Message) any { return m })
	return a, err
}

func (h *host) sessions(after int) (a answer, err error) {
	var fresh []*Session
	for _, session := range h.portion.Sessions() {
		if session.ID > after {
			fresh = append(fresh, session)
		}
	}
	a.Items, a.More, err = page(fresh, func(s *Session) any {
		shared := sharedSession{Session: s.Without(0)}
		for _, m := range s.Messages {
			shared.Messages = append(shared.Messages, m.ID)
		}
		return shared
	})
	return a, err
}

// page encodes as many items as an answer takes, one at least.
func page[T any](items []T, form func(T) any) (encoded []json.RawMessage, more bool, err error) {
	size := 0
	for _, item := range items {
		if size > pageSize {
			return encoded, true, nil
		}
		text, err := json.Marshal(form(item))
		if err != nil {
			return nil, false, err
		}
		encoded = append(encoded, text)
		size += len(text)
	}
	return encoded, false, nil
}

func (h *host) addRule(text []byte) (answer, error) {
	if len(h.rules) >= maxRules {
		return answer{}, errors.New("the scope has too many rules; give it fewer")
	}
	r, err := wire.ParseRule(text)
	if err != nil {
		return answer{}, err
	}
	bound, err := h.portion.addRule(r)
	h.rules = append(h.rules, bound)
	return answer{Handle: len(h.rules)}, err
}

func (h *host) aboutRule(q request) (answer, error) {
	if q.Of < 1 || q.Of > len(h.rules) {
		return answer{}, errors.New("the scope has no such rule")
	}
	r := h.rules[q.Of-1]
	if q.Op == opRemoveRule {
		h.portion.removeRule(r)
	}
	return answer{Hits: r.Hits()}, nil
}

// beginWait lets a goroutine answer when the goal is reached. It says whether
// the connection goes on.
func (h *host) beginWait(ctx context.Context, q request) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waits[q.ID] != nil {
		return false
	}
	if len(h.waits) >= maxWaits {
		return h.send(answer{ID: q.ID, Error: "the scope waits too often at the same time"})
	}
	ctx, cancel := context.WithCancel(ctx)
	h.waits[q.ID] = cancel
	h.waiting.Go(func() {
		defer h.cancel(q.ID)
		a := answer{ID: q.ID}
		if err := h.portion.await(ctx, q.Goal); err != nil {
			a.Error = err.Error()
		}
		h.send(a)
	})
	return true
}

func (h *host) cancel(id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cancel := h.waits[id]; cancel != nil {
		cancel()
		delete(h.waits, id)
	}
}
