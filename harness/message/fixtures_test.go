package message

import (
	"encoding/json"
	"net/mail"
	"slices"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/fixtures"
)

// expected is the form of messages/NAME.want.json. A field that is nil is not
// what the case is about.
type expected struct {
	Subject, Text, HTML string
	Files, Warnings     []string
	From, To, Cc        *[]string
	Date, Visible, Code *string
	MessageID           *string `json:"message_id"`
	Embedded, Types     *[]string
	Links               *[][2]string
}

func TestFixtures(t *testing.T) {
	for name, raw := range fixtures.Messages() {
		t.Run(name, func(t *testing.T) {
			var want expected
			if err := json.Unmarshal(fixtures.Want(name), &want); err != nil {
				t.Fatal(err)
			}
			want.check(t, Parse(raw))
		})
	}
}

func (want *expected) check(t *testing.T, p *Parsed) {
	same(t, "subject", p.Subject(), want.Subject)
	same(t, "text", p.Text(), want.Text)
	same(t, "html", p.HTML(), want.HTML)
	sameList(t, "files", names(p.Attachments()), &want.Files)
	var ids []string
	for _, w := range p.Warnings() {
		ids = append(ids, w.ID)
	}
	slices.Sort(ids)
	slices.Sort(want.Warnings)
	sameList(t, "warnings", slices.Compact(ids), &want.Warnings)
	want.checkHeader(t, p)
	want.checkContent(t, p)
}

func (want *expected) checkHeader(t *testing.T, p *Parsed) {
	sameList(t, "from", addresses(p.From()), want.From)
	sameList(t, "to", addresses(p.To()), want.To)
	sameList(t, "cc", addresses(p.Cc()), want.Cc)
	if want.MessageID != nil {
		same(t, "message_id", p.MessageID(), *want.MessageID)
	}
	if want.Date != nil {
		date := ""
		if !p.Date().IsZero() {
			date = p.Date().Format(time.RFC3339)
		}
		same(t, "date", date, *want.Date)
	}
}

func (want *expected) checkContent(t *testing.T, p *Parsed) {
	if want.Visible != nil {
		same(t, "visible", p.VisibleText(), *want.Visible)
	}
	if want.Code != nil {
		code, err := p.Code()
		if same(t, "code", code, *want.Code); err != nil {
			t.Error(err)
		}
	}
	sameList(t, "embedded", names(p.Embedded()), want.Embedded)
	var types []string
	for part := range p.Parts() {
		types = append(types, part.ContentType)
	}
	sameList(t, "types", types, want.Types)
	var links [][2]string
	for _, l := range p.Links() {
		links = append(links, [2]string{l.URL, l.Text})
	}
	sameList(t, "links", links, want.Links)
}

func names(parts []*Part) []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.Filename)
	}
	return names
}

func addresses(list []mail.Address) []string {
	var out []string
	for _, a := range list {
		if a.Name == "" {
			out = append(out, a.Address)
		} else {
			out = append(out, a.Name+" <"+a.Address+">")
		}
	}
	return out
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %q, want %q", what, got, want)
	}
}

func sameList[T comparable](t *testing.T, what string, got []T, want *[]T) {
	t.Helper()
	if want != nil && !slices.Equal(got, *want) {
		t.Errorf("%s are %v, want %v", what, got, *want)
	}
}
