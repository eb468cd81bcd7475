package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// Values that the messages of library have, for queries to ask for.
var (
	libraryRuns  = []string{"", "one", "two"}
	libraryTags  = []string{"Welcome", "тест", "invoice"}
	libraryTLS   = []string{"", "TLS 1.2", "TLS 1.3"}
	libraryUsers = []string{"", "бат", "carol"}
	libraryNames = []string{"client.example.mn", "клиент.mn", "[192.0.2.1]"}
	libraryHeads = []string{
		"From: Бат-Эрдэнэ <bat@example.mn>\r\nSubject: Сайн байна уу\r\n",
		"From: \"Ｆｕｌｌ width\" <full@example.mn>\r\nSubject: STRASSE straße re\u0301sume\u0301 résumé\r\n",
		"From: ops@example.mn\r\nReply-To: Нямаа <nyamaa@example.mn>\r\nCc: c@example.mn\r\nBcc: d@example.mn\r\nX-Run: job 17\r\n",
	}
)

// library puts n messages, which differ in everything that queries ask for.
func (b *box) library(n int) {
	b.Helper()
	names := fixtures.Names()
	sessions := []store.ID{store.NewID(), store.NewID(), store.NewID()}
	for i := range n {
		raw := fixtures.Message(names[i%len(names)])
		if round := i / len(names); round > 0 {
			raw = slices.Concat([]byte(libraryHeads[(i+round)%3]), raw)
		}
		m := newMail(i, raw)
		m.At, m.Session, m.Run = start.Add(time.Duration(i)*time.Hour), sessions[i%3], libraryRuns[i%5%3]
		m.Facts = store.Facts{
			Remote: fmt.Sprintf("192.0.2.%d:2525", i%3), Hello: libraryNames[i%7%3], TLS: libraryTLS[i%4%3], LMTP: i%11 == 0,
		}
		if m.Facts.Auth = libraryUsers[i%6%3]; m.Facts.Auth != "" {
			m.Facts.Mechanism = []string{"PLAIN", "CRAM-MD5"}[i%2]
		}
		m.Envelope = libraryEnvelope(i)
		b.put(m, raw)
	}
	b.libraryState()
}

func libraryEnvelope(i int) record.Envelope {
	e := record.Envelope{From: fmt.Sprintf("sender%d@example.mn", i%4)}
	if i%9 == 0 {
		e.From = ""
	}
	for r := range 1 + i%3 {
		to := record.Recipient{Address: fmt.Sprintf("бат%d@монгол.mn", r), Reply: record.NewReply(250, "2.1.5 Ok")}
		switch {
		case r > 0 && i%2 == 0:
			to.Address, to.Reply = fmt.Sprintf("refused%d@example.mn", i%3), record.NewReply(550+i%4, "5.1.1 No such user")
		case i%11 == 0:
			to.Final = record.NewReply(452, "4.2.2 Full")
		}
		e.Recipients = append(e.Recipients, to)
	}
	return e
}

// libraryState gives some of the messages tags, reads some and pins some.
func (b *box) libraryState() {
	b.Helper()
	every := func(n, of int) store.Selection {
		var s store.Selection
		for i, e := range b.mail {
			if i%of == n {
				s.IDs = append(s.IDs, e.ID)
			}
		}
		return s
	}
	b.update(every(0, 3), store.Change{Read: ptr(true)})
	b.update(every(1, 8), store.Change{Pinned: ptr(true)})
	for i, tag := range libraryTags {
		b.update(every(i, 4), store.Change{Tag: []string{tag}})
	}
	b.update(every(0, 16), store.Change{Tag: []string{"two words"}})
}

// finds checks that a search finds what Match says.
func (b *box) finds(what string, x store.Expr) int {
	b.Helper()
	q := &store.Query{Text: what, Expr: x}
	want := b.matching(q.Match)
	b.same(what, ids(b.all(store.Page{Query: q})), want)
	return len(want)
}

func checkSearchWords(b *box) {
	b.library(2 * len(fixtures.Names()))
	for _, text := range []string{
		"бат", "БАТ", "бат-эрдэнэ", "сайн бай", "full", "ｆｕｌｌ", "strasse", "STRASSE straße", "résumé", "re\u0301sume\u0301",
		"bat@example.mn", "example", "@example.mn", "клиент", "192.0.2", "x", "job 1", "plain", "TLS",
	} {
		words := store.Words(text)
		if b.finds(text, store.Phrase{Words: words}) == 0 {
			b.Errorf("%s: found nothing", text)
		}
	}
	if n := b.finds("from:бат", store.Phrase{Columns: []store.Column{store.ColumnFrom}, Words: []string{"бат"}}); n == 0 {
		b.Error("from:бат finds nothing")
	}
	for _, text := range []string{"' OR 1=1 --", "a AND b NOT c", "NEAR(a b)", "* %", "a:b", "a* b", "\"", "a\x00b", "&|!():*<->"} {
		if words := store.Words(text); len(words) > 0 {
			b.finds(text, store.Phrase{Words: words})
			b.finds("header "+text, store.HeaderPhrase{Name: text, Words: words})
			b.finds("tag "+text, store.Tagged(text))
		}
	}
}

// checkSearchSees searches for what was put in the same instant.
func checkSearchSees(b *box) {
	const together = 100
	for round := range 20 {
		word := fmt.Sprintf("round%d", round)
		var all sync.WaitGroup
		for i := range together {
			all.Go(func() {
				raw := []byte("Subject: a\r\n\r\n" + word + "\r\n")
				m := newMail(i, raw)
				if err := b.Put(b.ctx, m, data(raw)); err != nil {
					b.Error(err)
				}
				if i%20 == 0 {
					b.seesItself(word, m)
				}
			})
		}
		all.Wait()
		l := b.page(store.Page{Query: &store.Query{Expr: store.Phrase{Words: []string{word}}}, Limit: 1, Total: true})
		if l.Total != together {
			b.Fatalf("a search finds %d of %d", l.Total, together)
		}
	}
}

// seesItself searches for a message that was just put among many others.
func (b *box) seesItself(word string, m *store.Mail) {
	l, err := b.List(b.ctx, store.Page{
		Query: &store.Query{Expr: store.Phrase{Columns: []store.Column{store.ColumnText}, Words: []string{word}}},
		After: m.Seq - 1, Before: m.Seq + 1,
	})
	if err != nil || len(l.Entries) != 1 || l.Entries[0].ID != m.ID {
		b.Errorf("a search for message %d finds %v %v", m.Seq, l, err)
	}
}
