package postgres

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// benchText is about 5 KiB, whose words are its own but for some.
func benchText(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: sender%d@example.mn\r\nTo: b@example.mn\r\nSubject: invoice %d\r\n\r\ncommon ", i%100, i)
	if i%1000 == 7 {
		b.WriteString("seldom ")
	}
	for w := 0; b.Len() < 5<<10; w++ {
		fmt.Fprintf(&b, "word%d ", (i*7919+w*104729)%50_000)
		if w%12 == 0 {
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

func benchPut(b *testing.B, s *Store, i int) {
	d := &record.Data{}
	d.SetRaw([]byte(benchText(i)))
	if err := s.Put(b.Context(), newMail(d.Size()), d); err != nil {
		b.Error(err)
	}
}

func BenchmarkPut(b *testing.B) {
	for _, clients := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			s := open(b, Options{})
			var i atomic.Int64
			together(b, clients, func() { benchPut(b, s, int(i.Add(1))) })
			b.StopTimer()
			found(b, s, phrase("nothing")) // what is still to be indexed is no other benchmark's
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mail/s")
		})
	}
}

// together has so many goroutines do b.N things.
func together(b *testing.B, goroutines int, do func()) {
	b.SetParallelism(max(1, goroutines/2)) // of two cores
	b.ResetTimer()
	if goroutines == 1 {
		for range b.N {
			do()
		}
		return
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			do()
		}
	})
}

// filled returns a store with so much mail, indexed.
func filled(b *testing.B, n int) *Store {
	s := open(b, Options{})
	var left atomic.Int64
	left.Store(int64(n))
	done := make(chan struct{})
	for range 20 {
		go func() {
			for i := left.Add(-1); i >= 0; i = left.Add(-1) {
				benchPut(b, s, int(i))
			}
			done <- struct{}{}
		}()
	}
	for range 20 {
		<-done
	}
	if _, _, err := s.settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	admin(b, s, `vacuum analyze`)
	return s
}

func BenchmarkList(b *testing.B) {
	s := filled(b, 10_000)
	in := func(c store.Column, words ...string) *store.Query {
		return &store.Query{Expr: store.Phrase{Columns: []store.Column{c}, Words: words}}
	}
	for _, c := range []struct {
		name string
		page store.Page
	}{
		{"newest", store.Page{}},
		{"middle", store.Page{Before: 5000}},
		{"unread", store.Page{Query: &store.Query{Expr: store.IsUnread}}},
		{"word/common", store.Page{Query: phrase("common")}},
		{"word/rare", store.Page{Query: phrase("seldom")}},
		{"word/none", store.Page{Query: phrase("nothing")}},
		{"phrase", store.Page{Query: phrase("invoice", "77")}},
		{"from", store.Page{Query: in(store.ColumnFrom, "sender42")}},
		{"subject", store.Page{Query: in(store.ColumnSubject, "invoice", "4321")}},
		{"header", store.Page{Query: &store.Query{Expr: store.HeaderPhrase{Name: "subject", Words: []string{"4321"}}}}},
		{"total/common", store.Page{Query: phrase("common"), Total: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(b.Context(), c.page); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
