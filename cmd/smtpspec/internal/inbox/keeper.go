// Package inbox puts what a server of package harness takes into a store, and
// decides to which run it belongs.
package inbox

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// Keeper is a harness.Keeper over a store. New makes one.
type Keeper struct {
	store store.Store
	log   *slog.Logger
	age   time.Duration // of a run behind its last message
	boot  [16]byte      // makes the IDs of sessions differ from those of other processes

	mu    sync.Mutex     // guards runOf
	runOf map[int]string // of open sessions, by the first message that had one
}

// New returns a keeper. Runs that begin with their first message expire after
// runAge; 0 is never.
func New(s store.Store, runAge time.Duration, log *slog.Logger) *Keeper {
	k := &Keeper{store: s, log: log, age: runAge, runOf: map[int]string{}}
	rand.Read(k.boot[:])
	return k
}

// Name returns the ID of the next message.
func (k *Keeper) Name() string { return string(store.NewID()) }

// Keep commits a message.
func (k *Keeper) Keep(ctx context.Context, s *harness.Session, m *record.Message) error {
	run := runOf(s, m)
	k.remember(s.ID, run)
	mail := &store.Mail{ID: store.ID(m.Key), Session: k.SessionID(s), Run: run, At: m.At,
		Envelope: m.Envelope, Reply: m.Reply, Size: m.Size(), Facts: factsOf(s), Opens: k.opens(run)}
	return k.refused("message", k.store.Put(ctx, mail, m))
}

// opens returns what mail of a run opens or prolongs.
func (k *Keeper) opens(run string) *store.Run {
	if run == "" {
		return nil
	}
	now := time.Now()
	r := &store.Run{Name: run, Created: now}
	if k.age > 0 {
		r.Expires = now.Add(k.age)
	}
	return r
}

// refused logs why the client is not told 250.
func (k *Keeper) refused(what string, err error) error {
	if err != nil {
		k.log.Error("the store did not take it", "what", what, "error", err.Error())
	}
	return err
}

// Ended keeps a session. What goes wrong is logged: the session is over, and
// nobody can be told any more.
func (k *Keeper) Ended(s *harness.Session) {
	kept := &store.Session{ID: k.SessionID(s), Run: k.sessionRun(s), Started: s.Started, Lasted: s.Lasted, Facts: factsOf(s),
		End: s.End, Codes: codesOf(s), Faults: len(s.Anomalies), Record: s}
	for _, m := range s.Messages {
		kept.Messages = append(kept.Messages, store.ID(m.Key))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	kept.Opens = k.opens(kept.Run)
	k.refused("session", k.store.PutSession(ctx, kept))
}

// remember notes the run of a session that is open: at its end the headers of
// its messages are not there any more.
func (k *Keeper) remember(session int, run string) {
	if run == "" {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.runOf[session]; !known {
		k.runOf[session] = run
	}
}

// sessionRun returns the run of a session that has ended.
func (k *Keeper) sessionRun(s *harness.Session) string {
	k.mu.Lock()
	run := k.runOf[s.ID]
	delete(k.runOf, s.ID)
	k.mu.Unlock()
	if run == "" {
		run = runOfSession(s)
	}
	return run
}

// SessionID returns the ID under which a session is kept, which is known from
// its beginning.
func (k *Keeper) SessionID(s *harness.Session) store.ID {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(k.boot[:], uint64(s.ID)))
	id := ulid.ULID{}
	id.SetTime(ulid.Timestamp(s.Started)) // fails in the year 10889
	id.SetEntropy(sum[:10])
	return store.ID(id.String())
}

func factsOf(s *harness.Session) store.Facts {
	f := store.Facts{Remote: s.Remote, Hello: s.Hello, LMTP: strings.Contains(s.Greeting.Text(), "LMTP")} // RFC 2033 has no other mark before LHLO
	if s.TLS != nil {
		f.TLS = s.TLS.Version
	}
	for _, a := range s.Auth {
		if a.OK {
			f.Auth, f.Mechanism = a.Username, a.Mechanism
		}
	}
	return f
}

// codesOf returns the codes of a session's replies, each once, ascending.
func codesOf(s *harness.Session) []int {
	seen := [1000]bool{}
	for r := range s.Replies(record.ANY) {
		if r.Code > 0 && r.Code < len(seen) {
			seen[r.Code] = true
		}
	}
	if c := s.Farewell.Code; c > 0 && c < len(seen) {
		seen[c] = true
	}
	var codes []int
	for code, is := range seen {
		if is {
			codes = append(codes, code)
		}
	}
	return codes
}
