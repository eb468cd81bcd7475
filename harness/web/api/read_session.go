package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// SessionSearch says which sessions Sessions returns. The zero value is the
// newest of all.
type SessionSearch struct {
	Show  string // one of store.Shows; "" = all
	Run   string // "" = any
	After string // Next of the page before; "" = the first one
	Since string // Cursor of an answer: only what came behind it; "" = no bound
	Limit int    // 0 = store.DefaultLimit
}

// Sessions returns a page of sessions, as GET /api/sessions does. An error is a
// *problem.Problem, or one of the store.
func (a *API) Sessions(ctx context.Context, s SessionSearch) (*List[Session], error) {
	page, err := s.page()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	info, err := a.Store.Info(ctx)
	if err != nil {
		return nil, err
	}
	size := page.Size()
	page.Limit = min(size+1, store.MaxLimit)
	found, err := a.Store.Sessions(ctx, page)
	if err != nil {
		return nil, err
	}
	list := &List[Session]{Items: []Session{}, Total: info.Sessions, Cursor: newCursor(inOrder, info.Seq)}
	if page.Run != "" || page.Show != store.ShowAll {
		list.Total = -1
	}
	for _, one := range found[:min(size, len(found))] {
		list.Items = append(list.Items, sessionOf(one))
	}
	// The longest page leaves no room to look one further: its next may be empty.
	if len(found) > size || size == store.MaxLimit && len(found) == size {
		list.Next = newCursor(inList, found[size-1].Seq)
	}
	return list, nil
}

func (s SessionSearch) page() (store.Page, error) {
	page := store.Page{Run: s.Run, Limit: s.Limit, Show: store.Show(s.Show)}
	if page.Show != store.ShowAll && !slices.Contains(store.Shows(), page.Show) {
		return page, problem.New(http.StatusBadRequest, "show is one of %s", kinds())
	}
	var err error
	if s.After != "" {
		if page.Before, err = parseCursor(inList, s.After); err != nil {
			return page, err
		}
	}
	if s.Since != "" {
		page.After, err = parseCursor(inOrder, s.Since)
	}
	return page, err
}

func kinds() string {
	var names []string
	for _, kind := range store.Shows() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

// Conversation is a session with what was said in it.
type Conversation struct {
	View     SessionView     // without its record
	Record   *record.Session // examined, without its messages; nil if it was not kept
	Findings []lint.Finding  // those of View, which say at which command
}

// Session returns one session, or store.ErrNotFound: one that has not ended is
// not there yet.
func (a *API) Session(ctx context.Context, id store.ID, run string) (*Conversation, error) {
	s, said, err := a.said(ctx, id, run)
	if err != nil {
		return nil, err
	}
	o := &Conversation{View: SessionView{Session: sessionOf(s), Findings: []Finding{}}, Record: said}
	if said != nil {
		o.Findings = judged(said)
		o.View.Findings = findingsOf(o.Findings)
	}
	return o, nil
}

// said returns a session and its record, examined and without its messages; nil
// if it was not kept.
func (a *API) said(ctx context.Context, id store.ID, run string) (*store.Session, *record.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	s, err := a.Store.Session(ctx, id)
	switch {
	case err != nil:
		return nil, nil, err
	case run != "" && s.Run != run:
		return nil, nil, store.ErrNotFound
	case s.Record == nil:
		return s, nil, nil
	}
	said := s.Record.Examined()
	said.Messages = nil
	return s, said, nil
}
