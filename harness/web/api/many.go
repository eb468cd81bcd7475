package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// selected has exactly one of its members.
type selected struct {
	IDs *[]string `json:"ids"`
	Q   *string   `json:"q"`
	All *bool     `json:"all"`
}

func (a *API) deleteMessages(w http.ResponseWriter, r *request) error {
	var which selected
	if err := readBody(w, r, &which); err != nil {
		return err
	}
	s, err := a.selection(which, r.run())
	if err != nil {
		return err
	}
	n := 0
	if names(s) {
		if n, err = a.Store.Delete(r.Context(), s); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, map[string]int{"deleted": n})
}

// changes is the body of PATCH for many messages. What is not there stays as it
// is.
type changes struct {
	selected
	change
	AddTags    *[]string `json:"add_tags"`
	RemoveTags *[]string `json:"remove_tags"`
}

func (a *API) changeMessages(w http.ResponseWriter, r *request) error {
	var c changes
	if err := readBody(w, r, &c); err != nil {
		return err
	}
	s, err := a.selection(c.selected, r.run())
	if err != nil {
		return err
	}
	what, err := c.meant()
	if err != nil {
		return err
	}
	n := 0
	if names(s) {
		if n, err = a.Store.Update(r.Context(), s, what); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, map[string]int{"changed": n})
}

// meant refuses what says nothing, and what can be read in two ways.
func (c changes) meant() (store.Change, error) {
	what := store.Change{Read: c.Read, Pinned: c.Pinned, Tags: c.Tags}
	some := c.AddTags != nil || c.RemoveTags != nil
	switch {
	case c.change == (change{}) && !some:
		return what, problem.New(http.StatusBadRequest, "say what to change: read, pinned, tags, add_tags, remove_tags")
	case c.Tags != nil && some:
		return what, problem.New(http.StatusBadRequest, "tags are all tags; add_tags and remove_tags are for some of them")
	}
	for _, list := range []*[]string{c.Tags, c.AddTags, c.RemoveTags} {
		if list == nil {
			continue
		}
		if err := checkTags(*list); err != nil {
			return what, err
		}
	}
	if c.AddTags != nil {
		what.Tag = *c.AddTags
	}
	if c.RemoveTags != nil {
		what.Untag = *c.RemoveTags
	}
	for _, tag := range what.Tag {
		if slices.ContainsFunc(what.Untag, func(other string) bool { return strings.EqualFold(tag, other) }) {
			return what, problem.New(http.StatusBadRequest, "a tag cannot be added and removed")
		}
	}
	return what, nil
}

// names says that a selection has something in it.
func names(s store.Selection) bool { return s.All || s.Query != nil || len(s.IDs) > 0 }

func (a *API) selection(which selected, run string) (store.Selection, error) {
	s := store.Selection{Run: run}
	var err error
	switch {
	case which.IDs != nil && which.Q == nil && which.All == nil:
		s.IDs, err = idsOf(*which.IDs)
	case which.Q != nil && which.IDs == nil && which.All == nil:
		s.Query, err = a.searched(*which.Q)
	case which.All != nil && *which.All && which.IDs == nil && which.Q == nil:
		s.All = true
	default:
		err = problem.New(http.StatusBadRequest, `say which messages: one of {"ids":["…"]}, {"q":"…"} and {"all":true}`)
	}
	return s, err
}

func idsOf(texts []string) ([]store.ID, error) {
	ids := make([]store.ID, 0, len(texts))
	for i, text := range texts {
		id, err := store.ParseID(text)
		if err != nil {
			return nil, problem.New(http.StatusBadRequest, "ids: number %d is %s; nothing has happened", i+1, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// searched refuses a query that asks for nothing, since it finds everything.
func (a *API) searched(text string) (*store.Query, error) {
	q, err := store.ParseQuery(text, a.now())
	if err == nil && q.Expr == nil {
		err = problem.New(http.StatusBadRequest, `an empty query finds everything; if that is meant, say {"all":true}`)
	}
	return q, err
}
