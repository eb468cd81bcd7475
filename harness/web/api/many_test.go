package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// states returns "read pinned tags" of each message, the oldest first.
func (b *box) states() (all []string) {
	b.Helper()
	found, err := b.store.List(context.Background(), store.Page{Oldest: true})
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range found.Entries {
		all = append(all, fmt.Sprint(e.Read, " ", e.Pinned, " ", strings.Join(e.Tags, ",")))
	}
	return all
}

func TestManyMessagesAreChanged(t *testing.T) {
	b := newBox(t)
	one, two := b.put("r", mail("alpha")), b.put("r", mail("beta"))
	b.put("", mail("alpha"))
	for _, c := range []struct {
		target, body, answer string
		states               []string
	}{
		{"", `{"ids":["` + string(one) + `","` + string(two) + `"],"read":true}`, `{"changed":2}`, []string{"true false ", "true false ", "false false "}},
		{"", `{"ids":["` + string(one) + `"],"read":false,"pinned":true}`, `{"changed":1}`, []string{"false true ", "true false ", "false false "}},
		{"", `{"q":"subject:alpha","tags":["x","Y"]}`, `{"changed":2}`, []string{"false true x,Y", "true false ", "false false x,Y"}},
		{"?run=r", `{"all":true,"add_tags":["z"],"remove_tags":["X"]}`, `{"changed":2}`, []string{"false true Y,z", "true false z", "false false x,Y"}},
		{"", `{"ids":[],"read":true}`, `{"changed":0}`, []string{"false true Y,z", "true false z", "false false x,Y"}},
		{"?run=other", `{"ids":["` + string(one) + `"],"read":true}`, `{"changed":0}`, []string{"false true Y,z", "true false z", "false false x,Y"}},
	} {
		w := b.ask("PATCH", "/api/messages"+c.target, c.body)
		if w.Code != 200 || strings.TrimSpace(w.Body.String()) != c.answer || !slices.Equal(b.states(), c.states) {
			t.Errorf("%s: %d %s %q, want %q", c.body, w.Code, w.Body, b.states(), c.states)
		}
	}
	tags := get[api.List[api.Tag]](b, "/api/tags")
	if got := fmt.Sprint(tags.Items); got != "[{x 1} {Y 2} {z 2}]" || tags.Total != 3 {
		t.Errorf("tags %s of %d", got, tags.Total)
	}
	if got := fmt.Sprint(get[api.List[api.Tag]](b, "/api/tags?run=r").Items); got != "[{Y 1} {z 2}]" {
		t.Errorf("tags of a run %s", got)
	}
}

func TestChangesOfManySayAllOfWhatTheyMean(t *testing.T) {
	b := newBox(t)
	id := string(b.put("", mail("alpha")))
	before := b.states()
	for _, body := range []string{
		``, `{}`, `[]`, `{"all":true}`, `{"read":true}`, `{"all":false,"read":true}`, `{"all":true,"ids":[],"read":true}`, `{"q":"","read":true}`,
		`{"q":"alpha","all":true,"read":true}`, `{"all":true,"read":true,"colour":1}`, `{"all":true,"Read":true}`, `{"all":true,"read":"yes"}`,
		`{"all":true,"read":true}{}`, `{"all":true,"read":true,"read":true}`, `{"ids":["x"],"read":true}`, `{"ids":["` + id + `","../x"],"read":true}`,
		`{"all":true,"tags":["a"],"add_tags":["b"]}`, `{"all":true,"tags":[],"remove_tags":[]}`, `{"all":true,"add_tags":["a"],"remove_tags":["A"]}`,
		`{"all":true,"add_tags":[" a"]}`, `{"all":true,"remove_tags":[""]}`, `{"all":true,"tags":["a\u202eb"]}`, `{"q":"form:x","read":true}`,
		`{"all":true,"read":null}`, `{"all":true,"selected":{"all":true},"read":true}`, `{"all":true,"read":true`,
	} {
		if w := b.ask("PATCH", "/api/messages", body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if after := b.states(); !slices.Equal(before, after) {
		t.Errorf("%q, were %q", after, before)
	}
}
