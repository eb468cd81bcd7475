package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// Bounds of one answer of news. What is more makes the page begin anew.
const (
	mostNews    = 200
	mostChanged = 200
)

// happened is what became of a list since a cursor.
type happened struct {
	Fresh, Changed listing
	Side           *frame // with the tags; nil if they were not asked for
}

// news answers with the rows of what came behind a cursor, and with those of
// the messages that ids names as they are now. The counts are in the header.
func (s *Site) news(w http.ResponseWriter, r *request) error {
	list, err := s.api.Messages(r.Context(), api.Search{Q: r.q, Run: r.run, Since: r.param("since"), Limit: mostNews})
	if err != nil {
		return err
	}
	changed, err := s.api.Named(r.Context(), idsIn(r.param("ids")), r.run)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("X-Cursor", list.Cursor)
	h.Set("X-Total", strconv.Itoa(list.Total))
	if info, err := s.api.Store.Info(r.Context()); err == nil {
		h.Set("X-Unread", strconv.Itoa(info.Unread))
	}
	if list.AtLeast {
		h.Set("X-At-Least", "true")
	}
	if list.Next != "" {
		h.Set("X-More", "true")
	}
	list.Next = ""
	data := happened{Fresh: s.listing(r, list), Changed: s.listing(r, &api.List[api.Summary]{Items: changed})}
	if r.param("tags") != "" {
		tags, err := s.api.Tags(r.Context(), r.run)
		if err != nil {
			return err
		}
		data.Side = &frame{Run: r.run, Q: r.q, Tags: tags}
	}
	return s.write(w, r, http.StatusOK, "news", data)
}

// idsIn leaves out what is no ID, since no message has it.
func idsIn(text string) (ids []store.ID) {
	for word := range strings.SplitSeq(text, ",") {
		if id, err := store.ParseID(word); err == nil && len(ids) < mostChanged {
			ids = append(ids, id)
		}
	}
	return ids
}
