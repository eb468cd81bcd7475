package api

import (
	"context"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

func reply(w http.ResponseWriter, status int, v any) error {
	problem.WriteJSON(w, status, "application/json", v)
	return nil
}

func (a *API) listMessages(w http.ResponseWriter, r *request) error {
	list, err := a.list(r)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, list)
}

// mostCounted is how far the matches of a search are counted: a page of them is
// there long before.
const mostCounted = 10_000

// list reads what a request asks for.
func (a *API) list(r *request) (*List[Summary], error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	if page.Query, err = a.query(r); err != nil {
		return nil, err
	}
	ctx, cancel := r.look()
	defer cancel()
	return a.search(ctx, page)
}

// search reads the place in the order before the messages: a wait that goes on
// from there may see one of these again, and misses none.
func (a *API) search(ctx context.Context, page store.Page) (*List[Summary], error) {
	if page.Total = true; page.Query != nil || page.Run != "" {
		page.Most = mostCounted
	}
	info, err := a.Store.Info(ctx)
	if err != nil {
		return nil, err
	}
	found, err := a.Store.List(ctx, page)
	if err != nil {
		return nil, err
	}
	list := &List[Summary]{Items: summaries(found.Entries), Total: found.Total, AtLeast: found.Least, Cursor: newCursor(inOrder, info.Seq)}
	if n := len(found.Entries); found.More && n > 0 {
		list.Next = newCursor(inList, found.Entries[n-1].Seq)
	}
	return list, nil
}
