package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// mutants are stores that break one sentence of the contract each, by the name
// of the check that has to see it.
var mutants = map[string]func(*bent){
	"content is byte-exact": func(b *bent) { b.open = func(raw []byte) []byte { return bytes.TrimRight(raw, "\x00") } },
	"envelope stands apart": func(b *bent) { b.entry = func(e *store.Entry) { e.Envelope.Recipients = e.Envelope.Recipients[:1] } },
	"digest is whole":       func(b *bent) { b.entry = func(e *store.Entry) { e.Digest = e.Digest.Short() } },
	"what is not there":     func(b *bent) { b.err = func(error) error { return errors.New("no such message") } },
	"one order":             func(b *bent) { b.info = func(i *store.Info) { i.Seq-- } },
	"an ID is used once":    func(b *bent) { b.err = func(error) error { return nil } },

	"page bounds": func(b *bent) { b.page = func(p *store.Page) { p.After = 0 } },
	"paging":      func(b *bent) { b.listing = func(l *store.Listing) { l.Entries = l.Entries[:max(0, len(l.Entries)-1)] } },
	"paging while mail comes and goes": func(b *bent) {
		pages := 0
		b.page = func(p *store.Page) {
			if pages++; p.Before > 0 && pages%2 == 0 {
				p.Before++
			}
		}
	},
	"total": func(b *bent) {
		b.listing = func(l *store.Listing) { l.Total = min(l.Total, len(l.Entries)) }
	},

	"update":           func(b *bent) { b.selection = func(s *store.Selection) { s.IDs = s.IDs[:min(1, len(s.IDs))] } },
	"tags":             func(b *bent) { b.change = func(c *store.Change) { c.Untag = nil } },
	"tags are counted": func(b *bent) { b.tags = func(t *store.TagCount) { t.Tag = strings.ToLower(t.Tag) } },

	"selection": func(b *bent) { b.selection = func(s *store.Selection) { s.Run = "" } },
	"delete": func(b *bent) {
		b.selection = func(s *store.Selection) { s.All = s.All || len(s.IDs) == 0 && s.Query == nil }
	},

	"sessions":            func(b *bent) { b.session = func(s *store.Session) { s.Codes = nil } },
	"pages of sessions":   func(b *bent) { b.page = func(p *store.Page) { p.Run = "" } },
	"kinds of sessions":   func(b *bent) { b.page = func(p *store.Page) { p.Show = store.ShowAll } },
	"runs are apart":      func(b *bent) { b.page = func(p *store.Page) { p.Run = strings.ToLower(p.Run) } },
	"runs":                func(b *bent) { b.err = func(error) error { return nil } },
	"runs open with mail": func(b *bent) { b.mail = func(m *store.Mail) { m.Opens = nil } },
	"runs expire":         func(b *bent) { b.now = func(now time.Time) time.Time { return now.Add(time.Minute) } },

	"watch":                     func(b *bent) { b.event = func(e *store.Event) bool { e.Run = ""; return true } },
	"watch is resumed":          func(b *bent) { b.event = func(e *store.Event) bool { return e.Seq%50 != 0 } },
	"watch has a gap":           func(b *bent) { b.event = func(e *store.Event) bool { return e.Kind != store.Gap } },
	"watch never holds up mail": func(b *bent) { b.event = func(e *store.Event) bool { return e.Kind != store.Gap } },

	"watch ends": func(b *bent) { b.err = func(error) error { return nil } },

	"search finds words": func(b *bent) { b.page = func(p *store.Page) { p.Query = wholeWords(p.Query) } },
	"search means what Match says": func(b *bent) {
		b.page = func(p *store.Page) {
			if p.Query != nil {
				p.Query = &store.Query{Expr: withoutBounds(p.Query.Expr)}
			}
		}
	},
	"search sees what was put": func(b *bent) { b.page = func(p *store.Page) { p.Query = withoutLast(p.Query) } },

	"retention by count":    func(b *bent) { b.info = func(i *store.Info) { i.Evicted++ } },
	"retention by octets":   func(b *bent) { b.listing = func(l *store.Listing) { l.Entries = l.Entries[:1] } },
	"retention by age":      func(b *bent) { b.now = func(time.Time) time.Time { return start } },
	"retention of sessions": func(b *bent) { b.page = func(p *store.Page) { p.Limit = 4 } },
	"too large to keep":     func(b *bent) { b.err = func(error) error { return errors.New("disk full") } },

	"info":               func(b *bent) { b.info = func(i *store.Info) { i.Unread = i.Messages } },
	"everything at once": func(b *bent) { b.info = func(i *store.Info) { i.Bytes++ } },
	"context has ended":  func(b *bent) { b.context = context.WithoutCancel },
	"closed":             func(b *bent) { b.err = func(error) error { return nil } },
}

// TestEveryCheckCanFail runs each check on its mutant, in a process of its own
// that has to fail, and says so by name. That process runs this test too.
func TestEveryCheckCanFail(t *testing.T) {
	if name := os.Getenv(mutantName); name != "" {
		checkMutant(t, mutants[name])
		return
	}
	for _, test := range tests {
		name := test.name
		if mutants[name] == nil {
			t.Errorf("nothing shows that %q can fail", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			check := strings.ReplaceAll(name, " ", "_")
			command := exec.Command(os.Args[0], "-test.run=^TestEveryCheckCanFail$/^"+check+"$", "-test.timeout=2m")
			command.Env = append(os.Environ(), mutantName+"="+name)
			out, err := command.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: TestEveryCheckCanFail/"+check) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// mutantName is the variable that names the mutant of a process.
const mutantName = "SMTPSPEC_MUTANT"

func checkMutant(t *testing.T, bend func(*bent)) {
	patience = time.Second
	Run(t, func(_ *testing.T, o Options) store.Store {
		b := &bent{Store: store.NewMemory(store.MemoryOptions{Retention: o.Retention, Digester: o.Digester, Events: o.Events})}
		bend(b)
		return b
	})
}

// wholeWords makes a query that a word's beginning does not match.
func wholeWords(q *store.Query) *store.Query {
	if q == nil {
		return nil
	}
	return &store.Query{Expr: store.And{q.Expr, store.Not{Expr: store.Phrase{Words: []string{"x"}}}}}
}

// withoutBounds forgets the end of times.
func withoutBounds(x store.Expr) store.Expr {
	switch x := x.(type) {
	case store.And:
		return store.And(eachWithoutBounds(x))
	case store.Or:
		return store.Or(eachWithoutBounds(x))
	case store.Not:
		return store.Not{Expr: withoutBounds(x.Expr)}
	case store.Received:
		return store.Received{From: x.From}
	}
	return x
}

func eachWithoutBounds(list []store.Expr) []store.Expr {
	var all []store.Expr
	for _, x := range list {
		all = append(all, withoutBounds(x))
	}
	return all
}

// withoutLast makes a query that does not see message 99.
func withoutLast(q *store.Query) *store.Query {
	if q == nil {
		return nil
	}
	return &store.Query{Expr: store.And{q.Expr, store.Received{Until: start.Add(99 * time.Second)}}}
}

// bent is a store that is changed in one place. What is nil is as it was.
type bent struct {
	store.Store
	mail      func(*store.Mail)
	open      func([]byte) []byte
	entry     func(*store.Entry)
	err       func(error) error // of every error
	info      func(*store.Info)
	page      func(*store.Page)
	listing   func(*store.Listing)
	selection func(*store.Selection)
	change    func(*store.Change)
	session   func(*store.Session)
	tags      func(*store.TagCount)
	now       func(time.Time) time.Time
	event     func(*store.Event) bool // says whether it is told
	context   func(context.Context) context.Context
}

// with changes v if there is a change for it.
func with[T any](change func(*T), v *T) {
	if change != nil && v != nil {
		change(v)
	}
}

func (b *bent) failed(err error) error {
	if err != nil && b.err != nil {
		return b.err(err)
	}
	return err
}

func (b *bent) ctx(ctx context.Context) context.Context {
	if b.context != nil {
		return b.context(ctx)
	}
	return ctx
}

func (b *bent) Put(ctx context.Context, m *store.Mail, raw store.Raw) error {
	with(b.mail, m)
	return b.failed(b.Store.Put(b.ctx(ctx), m, raw))
}

func (b *bent) Get(ctx context.Context, id store.ID) (*store.Entry, error) {
	e, err := b.Store.Get(b.ctx(ctx), id)
	with(b.entry, e)
	return e, b.failed(err)
}

func (b *bent) Open(ctx context.Context, id store.ID) (io.ReadCloser, error) {
	r, err := b.Store.Open(ctx, id)
	if err != nil || b.open == nil {
		return r, b.failed(err)
	}
	raw, err := io.ReadAll(r)
	return io.NopCloser(bytes.NewReader(b.open(raw))), err
}

func (b *bent) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	with(b.page, &p)
	l, err := b.Store.List(ctx, p)
	with(b.listing, l)
	return l, b.failed(err)
}

func (b *bent) Update(ctx context.Context, s store.Selection, c store.Change) (int, error) {
	with(b.selection, &s)
	with(b.change, &c)
	n, err := b.Store.Update(ctx, s, c)
	return n, b.failed(err)
}

func (b *bent) Delete(ctx context.Context, s store.Selection) (int, error) {
	with(b.selection, &s)
	n, err := b.Store.Delete(ctx, s)
	return n, b.failed(err)
}

func (b *bent) Tags(ctx context.Context, run string) ([]store.TagCount, error) {
	tags, err := b.Store.Tags(ctx, run)
	for i := range tags {
		with(b.tags, &tags[i])
	}
	return tags, b.failed(err)
}

func (b *bent) Session(ctx context.Context, id store.ID) (*store.Session, error) {
	s, err := b.Store.Session(ctx, id)
	with(b.session, s)
	return s, b.failed(err)
}

func (b *bent) Sessions(ctx context.Context, p store.Page) ([]*store.Session, error) {
	with(b.page, &p)
	list, err := b.Store.Sessions(ctx, p)
	for _, s := range list {
		with(b.session, s)
	}
	return list, b.failed(err)
}

func (b *bent) DeleteRun(ctx context.Context, name string) error {
	return b.failed(b.Store.DeleteRun(ctx, name))
}

func (b *bent) Expire(ctx context.Context, now time.Time) error {
	if b.now != nil {
		now = b.now(now)
	}
	return b.Store.Expire(ctx, now)
}

func (b *bent) Watch(ctx context.Context, after int64) iter.Seq2[*store.Event, error] {
	return func(yield func(*store.Event, error) bool) {
		for e, err := range b.Store.Watch(ctx, after) {
			if (e == nil || b.event == nil || b.event(e)) && !yield(e, b.failed(err)) {
				return
			}
		}
	}
}

func (b *bent) Info(ctx context.Context) (store.Info, error) {
	i, err := b.Store.Info(ctx)
	with(b.info, &i)
	return i, b.failed(err)
}
