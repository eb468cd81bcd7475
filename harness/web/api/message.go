package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// entry returns the message that the path names: by its ID, or "latest" for the
// newest that q finds.
func (a *API) entry(ctx context.Context, r *request) (*store.Entry, error) {
	if r.PathValue("id") == "latest" {
		return a.latest(ctx, r)
	}
	if r.params.Get("q") != "" {
		return nil, problem.New(http.StatusBadRequest, "q is for latest; an ID needs none")
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	return a.named(ctx, id, r.run())
}

// named returns a message of a run; "" = of any.
func (a *API) named(ctx context.Context, id store.ID, run string) (*store.Entry, error) {
	e, err := a.Store.Get(ctx, id)
	if err == nil && run != "" && e.Run != run {
		return nil, store.ErrNotFound
	}
	return e, err
}

func (a *API) latest(ctx context.Context, r *request) (*store.Entry, error) {
	q, err := a.query(r)
	if err != nil {
		return nil, err
	}
	page := store.Page{Query: q, Run: r.run(), Limit: 1}
	for {
		found, err := a.Store.List(ctx, page)
		if err != nil {
			return nil, err
		}
		if len(found.Entries) == 0 {
			return nil, store.ErrNotFound
		}
		// It may have been removed between the two looks; the one before it counts then.
		e, err := a.Store.Get(ctx, found.Entries[0].ID)
		if !errors.Is(err, store.ErrNotFound) {
			return e, err
		}
	}
}

func (a *API) getMessage(w http.ResponseWriter, r *request) error {
	var view Message
	err := a.takeApart(r, func(e *store.Entry, raw []byte) { view = viewOf(e, raw) })
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, view)
}

// takeApart has look take apart the message that the path names.
func (a *API) takeApart(r *request, look func(e *store.Entry, raw []byte)) error {
	return a.takeApartFound(r.Context(), func(ctx context.Context) (*store.Entry, error) { return a.entry(ctx, r) }, look)
}

// takeApartFound has look take apart what find finds. Only so many at a time do,
// since each needs a multiple of its size; look has to be done with it before
// anything is written, for a client may take its time. ctx ends the waiting for
// a turn.
func (a *API) takeApartFound(ctx context.Context, find func(context.Context) (*store.Entry, error), look func(e *store.Entry, raw []byte)) error {
	select {
	case a.parsing <- struct{}{}:
		defer func() { <-a.parsing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	e, err := find(ctx)
	if err != nil {
		return err
	}
	raw, err := a.octets(ctx, e)
	if err == nil {
		look(e, raw)
	}
	return err
}

func (a *API) octets(ctx context.Context, e *store.Entry) ([]byte, error) {
	content, err := a.Store.Open(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	raw := make([]byte, e.Size)
	if _, err := io.ReadFull(content, raw); err != nil {
		return nil, err
	}
	return raw, nil
}

// change is the body of PATCH. What is not there stays as it is.
type change struct {
	Read   *bool     `json:"read"`
	Pinned *bool     `json:"pinned"`
	Tags   *[]string `json:"tags"` // all of them
}

func (a *API) changeMessage(w http.ResponseWriter, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var c change
	if err := readBody(w, r, &c); err != nil {
		return err
	}
	if c == (change{}) {
		return problem.New(http.StatusBadRequest, "say what to change: read, pinned, tags")
	}
	if c.Tags != nil {
		if err := checkTags(*c.Tags); err != nil {
			return err
		}
	}
	which := store.Selection{IDs: []store.ID{id}, Run: r.run()}
	n, err := a.Store.Update(r.Context(), which, store.Change{Read: c.Read, Pinned: c.Pinned, Tags: c.Tags})
	if err != nil {
		return err
	}
	if n == 0 {
		return store.ErrNotFound
	}
	e, err := a.Store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, summary(e))
}

// Bounds of tags.
const (
	maxTags = 50
	maxTag  = 100 // characters
)

func checkTags(tags []string) error {
	if len(tags) > maxTags {
		return problem.New(http.StatusBadRequest, "a message has at most %d tags", maxTags)
	}
	for _, tag := range tags {
		if n := utf8.RuneCountInString(tag); n == 0 || n > maxTag || strings.TrimSpace(tag) != tag || !isPrintable(tag) {
			return problem.New(http.StatusBadRequest, "a tag has 1 to %d printable characters, with no blank at an end", maxTag)
		}
	}
	return nil
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}
