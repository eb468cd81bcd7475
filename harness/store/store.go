// Package store keeps mail: what a daemon has taken responsibility for, with
// the sessions it came in, and lets it be searched, watched and deleted.
//
// The contract of every store is checked by package storetest.
//
//   - When Put returns nil the message is committed at the level that Info
//     names; only then may a client get its 250. No part of a message is ever
//     visible before.
//   - What is read back is what was put, octet for octet.
//   - Everything that happens has a place in one order, its Seq. A listing that
//     is continued, a watch that is resumed, and a wait never miss or repeat
//     anything because something else came or went.
//   - A search sees every message whose Put had returned before the search
//     began.
//   - Only Delete, DeleteRun, retention and the expiry of runs remove a message.
//   - A method whose context has ended before it began returns the context's
//     error and does nothing; behind Close every method returns ErrClosed.
//   - Times come back to the microsecond at least, in any location.
package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Store keeps mail. All methods may be called from any goroutine.
type Store interface {
	// Put commits a message with its content. The store sets m.Seq. An error
	// that is a record.Reply is what the client is to be told; any other one
	// stands for 451: an ID that is there already is one, and a message larger
	// than Retention.Bytes gets 452. m and what raw yields are not changed
	// afterwards. The run that m opens is put in the same commit.
	Put(ctx context.Context, m *Mail, raw Raw) error
	// PutSession keeps a session that has ended, and puts the run that it opens,
	// in one commit. The store sets its Seq.
	PutSession(ctx context.Context, s *Session) error

	// Get returns one message, or ErrNotFound.
	Get(ctx context.Context, id ID) (*Entry, error)
	// Open returns the octets of a message, or ErrNotFound. It is read in
	// pieces, so that a large message needs little memory.
	Open(ctx context.Context, id ID) (io.ReadCloser, error)
	// List returns a page of messages, the newest first unless p says
	// otherwise.
	List(ctx context.Context, p Page) (*Listing, error)
	// Update changes the state of messages and returns how many there were,
	// changed or not.
	Update(ctx context.Context, which Selection, change Change) (int, error)
	// Tags returns the tags of the messages of a run, "" = of all, in the order
	// of Entry.Tags. Those that differ in case are one, spelt as in the newest
	// message that has it.
	Tags(ctx context.Context, run string) ([]TagCount, error)
	// Delete removes messages, pinned ones too, and returns how many.
	Delete(ctx context.Context, which Selection) (int, error)

	// Session returns one session, or ErrNotFound.
	Session(ctx context.Context, id ID) (*Session, error)
	// Sessions returns a page of sessions without their records, the newest
	// first. Of p it knows Run, Before, After, Limit, Oldest and Show.
	Sessions(ctx context.Context, p Page) ([]*Session, error)

	// PutRun creates a run. One that is there keeps its Created and is
	// prolonged: it expires at the later of the two times, and never if one of
	// them says so. Mail may bear the name of a run that was never put.
	PutRun(ctx context.Context, r Run) error
	// Runs returns the runs by name.
	Runs(ctx context.Context) ([]Run, error)
	// DeleteRun removes a run with its messages and sessions, or returns
	// ErrNotFound if it was never put. A message that opens the run meanwhile
	// goes with it, or stays and the run with it.
	DeleteRun(ctx context.Context, name string) error
	// Expire applies all of the retention as of now, and removes the runs that
	// have expired by then. Put and PutSession apply what counts; age is looked
	// at here only, so whoever runs a store calls it now and then with a clock
	// that does not jump.
	Expire(ctx context.Context, now time.Time) error

	// Watch yields what happens behind a place in the order, what has happened
	// since and what does, until ctx ends; after is -1 for all that is still
	// known. Where the store does not know any more what happened, it yields an
	// event of kind Gap, whose Seq is that of the last thing unknown; a place
	// that the store has not reached yet is another store's, and begins with a
	// Gap too. The end of ctx is no error; an error ends it.
	Watch(ctx context.Context, after int64) iter.Seq2[*Event, error]

	// Info says what the store is and holds. An error means that it cannot
	// take mail now.
	Info(ctx context.Context) (Info, error)
	// Close ends the store. What was committed stays, as far as Info says.
	Close() error
}

var (
	// ErrNotFound is what is returned for something that is not there, or not
	// any more.
	ErrNotFound = errors.New("store: not found")
	// ErrClosed is what a store returns behind Close.
	ErrClosed = errors.New("store: closed")
)

// Raw is the content of a message, as the sender meant it: without the dots of
// the wire. A record.Message is one.
type Raw interface {
	Size() int
	// Raw returns it in one piece. Of a large message that may be a copy, which
	// a store does without.
	Raw() []byte
	// Stream returns a reader from its beginning, a new one each time.
	Stream() io.Reader
}

// Octets is a Raw that is in memory as a whole.
type Octets []byte

func (o Octets) Raw() []byte       { return o }
func (o Octets) Size() int         { return len(o) }
func (o Octets) Stream() io.Reader { return bytes.NewReader(o) }

// Mail is what is stored of a message when it comes.
type Mail struct {
	Seq      int64 // its place in the store's order; 0 before Put
	ID       ID
	Session  ID     // of its session, which may still be open
	Run      string // "" = none
	At       time.Time
	Envelope record.Envelope
	Reply    record.Reply
	Size     int // octets
	Facts    Facts

	// Opens is the run that Put puts with the message, as PutRun does; nil =
	// none. What a store returns has none.
	Opens *Run
}

// Facts are what is known of a session while it is open.
type Facts struct {
	Remote    string // address of the client
	Hello     string
	TLS       string // version, "TLS 1.3"; "" in the clear
	Auth      string // the user that signed in; "" for nobody
	Mechanism string
	LMTP      bool
}

// Entry is a message with what it says and what became of it since.
type Entry struct {
	Mail
	Digest *Digest
	Read   bool
	Pinned bool     // not touched by retention
	Tags   []string // in the order of their names, without doubles regardless of case
}

// Page describes a part of a list. The zero value is the newest DefaultLimit.
type Page struct {
	Query  *Query // nil = all
	Run    string // "" = any
	Before int64  // only what has a lower Seq; 0 = no bound
	After  int64  // only what has a greater Seq
	Limit  int    // at most so many; 0 = DefaultLimit, never more than MaxLimit
	Oldest bool   // the oldest first
	Total  bool   // count what there is without Before, After and Limit
	Most   int    // as far as Total counts; 0 = to the end
	Show   Show   // of sessions: only those of a kind; "" = all
}

// Bounds of one page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Size returns how many a page holds at most.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// Listing is a page of messages. Their digests have no Text and no Fields.
type Listing struct {
	Entries []*Entry
	More    bool // there are further ones in that direction
	Total   int  // -1 if it was not asked for
	Least   bool // there are more than Total, which is Page.Most
}

// Session is a session that has ended.
type Session struct {
	Seq      int64
	ID       ID
	Run      string
	Started  time.Time
	Lasted   time.Duration
	Facts    Facts
	End      record.End
	Codes    []int           // the codes of its replies, each once, ascending
	Messages []ID            // the accepted ones
	Faults   int             // anomalies
	Record   *record.Session // nil in a list
	Opens    *Run            `json:"-"` // the run that PutSession puts with it; as in Mail
}

// Run is a namespace for the mail of one test job.
type Run struct {
	Name     string
	Created  time.Time
	Expires  time.Time // when the run goes with all that is in it; zero = never
	Messages int       // set by Runs
}

// Kind says what happened.
type Kind string

// The kinds of events.
const (
	NewMessage Kind = "message"
	NewSession Kind = "session"
	Updated    Kind = "update"
	Deleted    Kind = "delete"
	Gap        Kind = "gap" // what happened between the last event and this one is not known any more
)

// Event is something that happened. What concerns messages of several runs is
// an event for each of them, and what concerns no message is none. Updated may
// name messages that were like that before.
type Event struct {
	Seq   int64
	Kind  Kind
	IDs   []ID // of the messages, or of the session; nil in a Gap
	Run   string
	Entry *Entry // of NewMessage: the message as it is now, with its whole digest; nil if it is gone already
}

// Retention bounds what a store keeps; the oldest goes first. Pinned messages
// stay and are not counted, so that they never crowd out what has just come.
// Zero values are no bound. Runs go when they expire, whatever is pinned.
type Retention struct {
	Messages int
	Bytes    int64         // octets of the messages
	Age      time.Duration // since At of a message and Started of a session; looked at by Expire
	Sessions int
}

// Durability says what a committed message survives.
type Durability string

// The levels.
const (
	DurableMemory  Durability = "memory"  // nothing: the mail ends with the process
	DurableProcess Durability = "process" // the end of the process, however it comes
	DurablePower   Durability = "power"   // the loss of power too
)

// Info is what a store says of itself.
type Info struct {
	Kind       string // "memory", "sqlite", "postgres"
	Where      string // a path, or a server without its password; "" in memory
	Durability Durability
	Retention  Retention
	Seq        int64 // of what happened last
	Messages   int
	Bytes      int64 // octets of messages
	Unread     int
	Sessions   int
	Evicted    int64 // messages that retention and the expiry of runs removed, since the store was opened
	Unindexed  int   // messages that the index of searches has not yet
}
