package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// listing is a page of the list.
type listing struct {
	*api.List[api.Summary]
	Now    time.Time
	Scope  string // of the URLs of messages
	Open   string // ID of the message that is shown beside; "" for none
	More   string // URL of the next rows; "" at the end
	Older  string // URL of the list that begins with them
	Newest string // URL of the list that begins with the newest; "" if this one does
}

// mailbox is the list with a message beside it.
type mailbox struct {
	frame
	List    listing
	Message *reading // nil = none is open
}

// inbox shows the list.
func (s *Site) inbox(w http.ResponseWriter, r *request) error {
	box, status, err := s.mailbox(r)
	if err != nil {
		return err
	}
	switch {
	case !r.wantsHTML():
		return writeList(w, status, box)
	case !r.partial():
		return s.write(w, r, status, "mailbox", box)
	case box.Wrong != nil:
		// While somebody types, what was found before stays.
		w.Header().Set("HX-Retarget", "#wrong")
		w.Header().Set("HX-Reswap", "outerHTML")
		return s.write(w, r, http.StatusOK, "wrong", box)
	}
	return s.write(w, r, http.StatusOK, "list", box)
}

// mailbox reads what the list shows. A search that cannot be read is shown with
// what is wrong with it, and with an empty list.
func (s *Site) mailbox(r *request) (box *mailbox, status int, err error) {
	list, err := s.api.Messages(r.Context(), api.Search{Q: r.q, Run: r.run, After: r.param("after")})
	var inQuery *store.QueryError
	status = http.StatusOK
	box = &mailbox{frame: s.frame(r)}
	if errors.As(err, &inQuery) {
		list, err = &api.List[api.Summary]{}, nil
		box.Wrong, status = inQuery, http.StatusBadRequest
	}
	if err != nil {
		return nil, 0, err
	}
	box.List = s.listing(r, list)
	return box, status, nil
}

func (s *Site) listing(r *request, list *api.List[api.Summary]) listing {
	l := listing{List: list, Now: s.now(), Scope: r.scope()}
	if after := r.param("after"); after != "" && r.URL.Path != "/ui/rows" {
		l.Scope, l.Newest = r.scope("after", after), "/search"+r.scope()
	}
	if list.Next != "" {
		l.More = "/ui/rows" + r.scope("after", list.Next)
		l.Older = "/search" + r.scope("after", list.Next)
	}
	return l
}

// rows answers with the rows behind those that are there.
func (s *Site) rows(w http.ResponseWriter, r *request) error {
	list, err := s.api.Messages(r.Context(), api.Search{Q: r.q, Run: r.run, After: r.param("after")})
	if err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "rows", s.listing(r, list))
}

// writeList is the list for a terminal: when, its ID, from, to, subject.
func writeList(w http.ResponseWriter, status int, box *mailbox) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if box.Wrong != nil {
		_, err := fmt.Fprintf(w, "q: %s, at character %d\n", box.Wrong.Text, box.Wrong.Position)
		return err
	}
	var b strings.Builder
	for _, m := range box.List.Items {
		fmt.Fprintf(&b, "%s  %s  <%s> to %s  %s\n", m.At, m.ID, record.Escape(m.EnvelopeFrom),
			record.Escape(strings.Join(m.EnvelopeTo, ", ")), record.Escape(m.Subject))
	}
	more := ""
	if box.List.AtLeast {
		more = "more than "
	}
	fmt.Fprintf(&b, "%d of %s%d messages\n", len(box.List.Items), more, box.List.Total)
	_, err := io.WriteString(w, b.String())
	return err
}
