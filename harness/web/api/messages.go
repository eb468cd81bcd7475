package api

import (
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

// list reads the place in the order before the messages: a wait that goes on
// from there may see one of these again, and misses none.
func (a *API) list(r *request) (*List[Summary], error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	if page.Query, err = a.query(r); err != nil {
		return nil, err
	}
	if page.Total = true; page.Query != nil || page.Run != "" {
		page.Most = mostCounted
	}
	ctx, cancel := r.look()
	defer cancel()
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

// deletion has exactly one of its members.
type deletion struct {
	IDs *[]string `json:"ids"`
	Q   *string   `json:"q"`
	All *bool     `json:"all"`
}

func (a *API) deleteMessages(w http.ResponseWriter, r *request) error {
	var d deletion
	if err := readBody(w, r, &d); err != nil {
		return err
	}
	which, err := a.selection(d)
	if err != nil {
		return err
	}
	which.Run = r.run()
	n := 0
	if which.All || which.Query != nil || len(which.IDs) > 0 {
		if n, err = a.Store.Delete(r.Context(), which); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, map[string]int{"deleted": n})
}

func (a *API) selection(d deletion) (store.Selection, error) {
	unclear := problem.New(http.StatusBadRequest, `say what to delete: one of {"ids":["…"]}, {"q":"…"} and {"all":true}`)
	switch {
	case d.IDs != nil && d.Q == nil && d.All == nil:
		ids, err := idsOf(*d.IDs)
		return store.Selection{IDs: ids}, err
	case d.Q != nil && d.IDs == nil && d.All == nil:
		return a.searched(*d.Q)
	case d.All != nil && *d.All && d.IDs == nil && d.Q == nil:
		return store.Selection{All: true}, nil
	}
	return store.Selection{}, unclear
}

func idsOf(texts []string) ([]store.ID, error) {
	ids := make([]store.ID, 0, len(texts))
	for i, text := range texts {
		id, err := store.ParseID(text)
		if err != nil {
			return nil, problem.New(http.StatusBadRequest, "ids: number %d is %s; nothing was deleted", i+1, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// searched refuses a query that asks for nothing, since it finds everything.
func (a *API) searched(text string) (store.Selection, error) {
	q, err := store.ParseQuery(text, a.now())
	if err != nil {
		return store.Selection{}, err
	}
	if q.Expr == nil {
		return store.Selection{}, problem.New(http.StatusBadRequest, `an empty query finds everything; to delete that, say {"all":true}`)
	}
	return store.Selection{Query: q}, nil
}
