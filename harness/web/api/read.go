package api

import (
	"context"
	"errors"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// Search says which messages Messages returns. The zero value is the newest of
// all.
type Search struct {
	Q     string // in the query language; "" = everything
	Run   string // "" = any
	After string // Next of the page before; "" = the first one
	Since string // Cursor of an answer: only what came behind it; "" = no bound
	Limit int    // 0 = store.DefaultLimit
}

// Messages returns a page of messages, as GET /api/messages does. An error is a
// *store.QueryError, a *problem.Problem, or one of the store.
func (a *API) Messages(ctx context.Context, s Search) (*List[Summary], error) {
	page := store.Page{Run: s.Run, Limit: s.Limit}
	var err error
	if s.Q != "" {
		if page.Query, err = store.ParseQuery(s.Q, a.now()); err != nil {
			return nil, err
		}
	}
	if s.After != "" {
		if page.Before, err = parseCursor(inList, s.After); err != nil {
			return nil, err
		}
	}
	if s.Since != "" {
		if page.After, err = parseCursor(inOrder, s.Since); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	return a.search(ctx, page)
}

// Named returns those of the messages that are there, in the order of their IDs
// in the list.
func (a *API) Named(ctx context.Context, ids []store.ID, run string) ([]Summary, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	found := []Summary{}
	for _, id := range ids {
		e, err := a.named(ctx, id, run)
		switch {
		case err == nil:
			found = append(found, summary(e))
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return found, nil
}

// Opened is a message taken apart.
type Opened struct {
	View   Message
	Record *record.Message
	Parsed *message.Message
}

// Open returns one message, or store.ErrNotFound. Only so many are taken apart
// at a time; ctx ends the waiting for a turn.
func (a *API) Open(ctx context.Context, id store.ID, run string) (o *Opened, err error) {
	find := func(ctx context.Context) (*store.Entry, error) { return a.named(ctx, id, run) }
	err = a.takeApartFound(ctx, find, func(e *store.Entry, raw []byte) { o = opened(e, raw) })
	return o, err
}
