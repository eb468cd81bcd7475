package wire

import (
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// recorder writes the record of one session. The session's goroutine writes,
// anybody may take a snapshot.
type recorder struct {
	mu       sync.Mutex     // guards all but base and session.ID, which never change
	session  record.Session // without its Commands
	commands commandList
	ended    bool
	kept     int // octets of lines in the record

	base time.Time // session.Started with its monotonic part
}

// start begins a record. base keeps the monotonic clock, so that durations
// are right across a step of the wall clock.
func (r *recorder) start(id int, remote net.Addr, now time.Time) {
	r.base = now
	r.session.ID = id
	r.session.Started = now.Round(0).UTC()
	if remote != nil {
		r.session.Remote = remote.String()
	}
}

func (r *recorder) now() time.Duration { return time.Since(r.base) }

// snapshot returns a copy of the session as it stands.
func (r *recorder) snapshot() *record.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.session.Clone()
	s.Commands = r.commands.all()
	if !r.ended {
		s.Lasted = r.now()
	}
	return s
}

// user returns who signed in last, "" for nobody.
func (r *recorder) user() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range slices.Backward(r.session.Auth) {
		if a.OK {
			return a.Username
		}
	}
	return ""
}

// sketch returns the session without its lists.
func (r *recorder) sketch() *record.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.session
	s.Commands, s.Messages, s.Anomalies, s.Violations = nil, nil, nil, nil
	s.Auth = slices.Clone(s.Auth)
	if !r.ended {
		s.Lasted = r.now()
	}
	return &s
}

// examined is a snapshot with the faults of message data.
func (r *recorder) examined() *record.Session { return r.snapshot().Examined() }

func (r *recorder) command(c record.Command) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept += len(c.Line)
	r.commands.add(c)
}

func (r *recorder) greeting(reply record.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Greeting = reply
}

func (r *recorder) farewell(reply record.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Farewell = reply
}

// sized says how many octets of message data came with the command that was
// recorded last.
func (r *recorder) sized(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.commands.newest(); c != nil {
		c.Size = n
	}
}

// vouched records what a trusted peer said of the client.
func (r *recorder) vouched(facts map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Client = facts
}

// reply answers the command that was recorded last.
func (r *recorder) reply(reply record.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.commands.newest(); c != nil {
		c.Reply = reply
	}
}

// lastReply returns the reply to the command that was recorded last, and
// whether there is one and the session goes on.
func (r *recorder) lastReply() (record.Reply, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.commands.newest(); c != nil && !r.ended {
		return c.Reply, true
	}
	return record.Reply{}, false
}

// anotherReply answers the command that was recorded last once more.
func (r *recorder) anotherReply(reply record.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.commands.newest(); c != nil {
		c.More = append(c.More[:len(c.More):len(c.More)], reply)
	}
}

// longer goes on with the last reply, or with the greeting, and returns the
// whole. A script may send without end: what is beyond all measure is left out,
// and the reply says so.
func (r *recorder) longer(octets string) record.Reply {
	const most, leftOut = 64 << 10, "(more, which was not kept)\r\n"
	r.mu.Lock()
	defer r.mu.Unlock()
	to := &r.session.Greeting
	c := r.commands.newest()
	if c != nil {
		to = &c.Reply
	}
	if c != nil && len(c.More) > 0 {
		to = &c.More[len(c.More)-1]
	}
	before, at := to.Octets(), to.At
	switch {
	case strings.HasSuffix(before, leftOut):
		return *to
	case len(before) > most:
		octets = leftOut
	}
	whole := record.ParseReply(before + octets)
	whole.At = at
	if c != nil && len(c.More) > 0 {
		c.More = append(slices.Clone(c.More[:len(c.More)-1]), whole)
	} else {
		*to = whole
	}
	return whole
}

func (r *recorder) hello(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Hello = name
}

func (r *recorder) encrypted(t *record.TLS) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.TLS = t
}

func (r *recorder) attempt(a record.AuthAttempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Auth = append(r.session.Auth, a)
}

// message keeps m. find is to look through its data some day, nil if that was
// done.
func (r *recorder) message(m *record.Message, find func(*record.Message) []record.Anomaly) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Messages = append(r.session.Messages, m)
	if find != nil {
		r.session.ExamineLater(m, r.commands.n, find)
	}
}

// forget drops a message that the server does not keep any more, all of them
// if id is 0.
func (r *recorder) forget(id int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session.Messages = r.session.Without(id).Messages
}

// maxAnomalies bounds what a client can make the record grow by with faults.
const maxAnomalies = 200

// shownOctets is how many octets of a fault are kept.
const shownOctets = 80

// anomaly adds a to the record, as seen at the command recorded last.
func (r *recorder) anomaly(a record.Anomaly) (record.Anomaly, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.Command = r.commands.n
	if len(a.Octets) > shownOctets {
		a.Octets = a.Octets[:shownOctets]
	}
	if len(r.session.Anomalies) >= maxAnomalies {
		return a, false
	}
	r.session.Anomalies = append(r.session.Anomalies, a)
	return a, true
}

func (r *recorder) violation(v record.Violation) record.Violation {
	r.mu.Lock()
	defer r.mu.Unlock()
	v.Session = r.session.ID
	if len(r.session.Violations) < maxAnomalies {
		r.session.Violations = append(r.session.Violations, v)
	}
	return v
}

// cost is about what the record takes in memory, without messages.
func (r *recorder) cost() int {
	const perCommand = 256
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept + perCommand*(2+r.commands.n)
}

// end closes the record and says whether this call did.
func (r *recorder) end(e record.End, detail string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.ended = true
	r.session.End, r.session.EndDetail, r.session.Lasted = e, detail, r.now()
	return true
}
