package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// newSession returns session i of a test: a refused recipient, no message, and
// a client that went away.
func newSession(i int) *store.Session {
	started := start.Add(time.Duration(i) * time.Second)
	command := record.NewCommand("RCPT TO:<\u0431\u0430\u0442@example.mn>")
	command.Ending, command.Reply = "\r\n", record.NewReply(550, "5.1.1 No such user")
	return &store.Session{
		ID: store.NewID(), Started: started, Lasted: 1500 * time.Millisecond,
		Facts: store.Facts{Remote: "127.0.0.1:34540", Hello: fmt.Sprintf("client%d.example.mn", i), TLS: "TLS 1.2"},
		End:   record.EndClientReset, Codes: []int{220, 550}, Faults: 1,
		Record: &record.Session{
			ID: i + 1, Remote: "127.0.0.1:34540", Started: started, Lasted: 1500 * time.Millisecond,
			Greeting: record.NewReply(220, "mx.harness.test ESMTP ready"), Hello: fmt.Sprintf("client%d.example.mn", i),
			Commands: []record.Command{command}, End: record.EndClientReset, EndDetail: "read: \x00 \xff",
			Anomalies: []record.Anomaly{{Kind: "bare-lf", Command: 1, Octets: "a\n", Text: "a line ended by LF alone", RFC: "RFC 5321 §2.3.8"}},
		},
	}
}

func (b *box) sameSession(got, want *store.Session) {
	b.Helper()
	if g, w := sessionText(got), sessionText(want); g != w {
		b.Errorf("session\n%s\nwant\n%s", g, w)
	}
}

func sessionText(s *store.Session) string {
	c := *s
	c.Started = c.Started.UTC().Truncate(time.Microsecond)
	c.Record = nil
	text := fmt.Sprintf("%+v", c)
	if s.Record != nil {
		text += "\n" + s.Record.Transcript() + jsonOf(s.Record)
	}
	return text
}

func checkSessions(b *box) {
	accepted := newSession(1)
	accepted.End, accepted.Messages, accepted.Faults = record.EndQuit, []store.ID{store.NewID(), store.NewID()}, 0
	accepted.Record.End = record.EndQuit
	refused := newSession(2)
	empty := &store.Session{ID: store.NewID(), Started: start, End: record.EndTLSFailed, Record: &record.Session{Started: start}}
	var want []*store.Session
	for _, s := range []*store.Session{accepted, refused, empty} {
		b.must(b.PutSession(b.ctx, s))
		got, err := b.Session(b.ctx, s.ID)
		b.must(err)
		b.sameSession(got, s)
		short := *s
		short.Record = nil
		want = append(want, &short)
	}
	list, err := b.Sessions(b.ctx, store.Page{Oldest: true})
	b.must(err)
	if len(list) != len(want) {
		b.Fatalf("%d sessions, want %d", len(list), len(want))
	}
	for i, s := range list {
		if s.Record != nil {
			b.Error("a list has records")
		}
		b.sameSession(s, want[i])
	}
	b.holds()
}

func checkSessionPages(b *box) {
	var all []store.ID
	var seqs []int64
	for i := range store.DefaultLimit + 5 {
		s := newSession(i)
		s.Run = []string{"", "one"}[i%2]
		b.must(b.PutSession(b.ctx, s))
		all, seqs = append(all, s.ID), append(seqs, s.Seq)
	}
	newest := slices.Clone(all)
	slices.Reverse(newest)
	odd := []store.ID{}
	for i := 1; i < 9; i += 2 {
		odd = append(odd, all[i])
	}
	for _, c := range []struct {
		page store.Page
		want []store.ID
	}{
		{store.Page{}, newest[:store.DefaultLimit]},
		{store.Page{Limit: 1000}, newest},
		{store.Page{Limit: 2, Oldest: true}, all[:2]},
		{store.Page{Limit: 4, Oldest: true, Run: "one"}, odd},
		{store.Page{Before: seqs[3]}, newest[len(newest)-3:]},
		{store.Page{After: seqs[3], Before: seqs[6], Oldest: true}, all[4:6]},
		{store.Page{Run: "nobody's"}, []store.ID{}},
		{store.Page{Show: store.ShowRefused, Limit: 3}, newest[:3]},
		{store.Page{Show: store.ShowAborted, Limit: 4, Oldest: true, Run: "one"}, odd},
		{store.Page{Show: store.ShowMail}, []store.ID{}},
	} {
		b.same(fmt.Sprintf("%+v", c.page), b.shown(c.page), c.want)
	}
}

// checkSessionKinds puts sessions of each kind among others.
func checkSessionKinds(b *box) {
	of := map[store.Show][]store.ID{}
	for i := range 40 {
		s := newSession(i)
		s.Record, s.End, s.Codes, s.Faults = nil, record.EndQuit, []int{220, 250, 354}, 0
		switch {
		case i%10 == 0:
			s.Messages = []store.ID{store.NewID()}
		case i%10 == 1:
			s.Codes = []int{220, 451}
		case i%10 == 2:
			s.End = record.EndClientClosed
		case i%10 == 3:
			s.Faults = 2
		case i%10 == 4:
			s.End, s.Codes = record.EndRefused, []int{554}
		}
		b.must(b.PutSession(b.ctx, s))
		for _, kind := range store.Shows() {
			if s.Is(kind) {
				of[kind] = append(of[kind], s.ID)
			}
		}
	}
	for _, kind := range store.Shows() {
		want := of[kind]
		if len(want) < 4 || len(want) > 8 {
			b.Fatalf("%d sessions with %s", len(want), kind)
		}
		b.same(string(kind)+", the oldest first", b.shown(store.Page{Show: kind, Oldest: true}), want)
		slices.Reverse(want)
		b.same(string(kind), b.shown(store.Page{Show: kind}), want)
		b.same(string(kind)+", two", b.shown(store.Page{Show: kind, Limit: 2}), want[:2])
	}
}

// shown returns the IDs of a page of sessions.
func (b *box) shown(p store.Page) []store.ID {
	b.Helper()
	list, err := b.Sessions(b.ctx, p)
	b.must(err)
	ids := []store.ID{}
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}
