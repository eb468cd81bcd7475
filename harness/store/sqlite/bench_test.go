package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// vocabulary is what the texts of the benchmarks are made of: a few words are
// everywhere, most are rare.
var vocabulary = func() []string {
	words := make([]string, 20_000)
	for i := range words {
		words[i] = "w" + strconv.FormatInt(int64(i)*7919+13, 36)
	}
	return words
}()

// benchMail is message i: 5 KiB, with the word "invoice" in every message,
// "rareNNN" in one of a thousand, and one of 500 senders.
func benchMail(i int) (*store.Mail, []byte) {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	var b strings.Builder
	fmt.Fprintf(&b, "From: Sender %d <sender%d@example.mn>\r\nTo: bat@example.mn\r\nSubject: invoice %d of order%d\r\n"+
		"Date: Mon, 2 Mar 2026 12:00:00 +0800\r\nMessage-ID: <%d@example.mn>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n", i%500, i%500, i, i%1000, i)
	if i%1000 == 500 {
		fmt.Fprintf(&b, "rare%d\r\n", i/1000)
	}
	for b.Len() < 5<<10 {
		line := b.Len()
		for b.Len()-line < 70 {
			b.WriteString(vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64()*r.Float64())] + " ")
		}
		b.WriteString("\r\n")
	}
	m := &store.Mail{
		ID: store.NewID(), Session: store.NewID(), At: time.Now(), Size: b.Len(),
		Envelope: record.Envelope{From: fmt.Sprintf("sender%d@example.mn", i%500), Recipients: []record.Recipient{
			{Address: "bat@example.mn", Reply: record.NewReply(250, "2.1.5 Ok")}}},
		Reply: record.NewReply(250, "2.0.0 Ok: queued"),
		Facts: store.Facts{Remote: "127.0.0.1:34540", Hello: "client.example.mn", TLS: "TLS 1.3"},
	}
	return m, []byte(b.String())
}

func data(raw []byte) store.Raw {
	d := &record.Data{}
	d.SetRaw(raw)
	return d
}

// intake puts n messages from so many goroutines.
func intake(tb testing.TB, s *Store, first, n, goroutines int) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				m, raw := benchMail(first + int(i))
				if err := s.Put(context.Background(), m, data(raw)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// readyMail makes the messages before the clock runs.
func readyMail(n int) (mails []*store.Mail, raws []store.Raw) {
	for i := range n {
		m, raw := benchMail(i)
		mails, raws = append(mails, m), append(raws, data(raw))
	}
	return mails, raws
}

func BenchmarkPut(b *testing.B) {
	for _, goroutines := range []int{1, 10, 100} {
		b.Run(strconv.Itoa(goroutines), func(b *testing.B) {
			s := opened(b, filepath.Join(b.TempDir(), "mail.db"), Options{})
			defer s.Close()
			mails, raws := readyMail(b.N)
			var next atomic.Int64
			var all sync.WaitGroup
			b.ResetTimer()
			for range goroutines {
				all.Go(func() {
					for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
						if err := s.Put(context.Background(), mails[i], raws[i]); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			begin := time.Now()
			s.index.settle(b)
			b.ReportMetric(float64(time.Since(begin).Milliseconds()), "ms-to-index")
		})
	}
}

// benchStore returns a store with n messages. With SMTPSPEC_BENCH_STORE set it
// is kept in that folder for the next time.
func benchStore(b *testing.B, n int) *Store {
	b.Helper()
	folder := os.Getenv("SMTPSPEC_BENCH_STORE")
	if folder == "" {
		folder = b.TempDir()
	}
	s := opened(b, filepath.Join(folder, fmt.Sprintf("mail%d.db", n)), Options{Durability: store.DurableProcess})
	b.Cleanup(func() { s.Close() })
	info, err := s.Info(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if info.Messages < n {
		intake(b, s, info.Messages, n-info.Messages, 10)
	}
	s.index.settle(b)
	return s
}

var benchSizes = []int{1000, 10_000, 100_000}

var benchQueries = []struct {
	name string
	expr store.Expr
}{
	{"list", nil},
	{"common", store.Phrase{Words: []string{"invoice"}}},
	{"rare", store.Phrase{Words: []string{"rare0"}}},
	{"sender", store.Phrase{Columns: []store.Column{store.ColumnFrom}, Words: []string{"sender77", "example", "mn"}}},
	{"subject", store.Phrase{Columns: []store.Column{store.ColumnSubject}, Words: []string{"order77"}}},
	{"two", store.And{store.Phrase{Words: []string{"invoice"}}, store.Phrase{Words: []string{vocabulary[3000]}}}},
	{"letter", store.Phrase{Words: []string{"w"}}},
	{"unread", store.Is(store.IsUnread)},
	{"read", store.Is(store.IsRead)},
	{"not", store.Not{Expr: store.Phrase{Words: []string{"rare0"}}}},
}

func BenchmarkList(b *testing.B) {
	for _, n := range benchSizes {
		s := benchStore(b, n)
		for _, q := range benchQueries {
			b.Run(fmt.Sprintf("%s/%d", q.name, n), func(b *testing.B) {
				p := store.Page{}
				if q.expr != nil {
					p.Query = &store.Query{Expr: q.expr}
				}
				for b.Loop() {
					if _, err := s.List(b.Context(), p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkIntakeUnderSearch says how fast mail comes in while six searchers look,
// each 50 ms after its last answer, as a part of how fast it does alone.
func BenchmarkIntakeUnderSearch(b *testing.B) {
	s := opened(b, filepath.Join(b.TempDir(), "mail.db"), Options{})
	defer s.Close()
	const n = 5000
	intake(b, s, 0, 2*n, 10)
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		intake(b, s, 10*n*i, n, 10)
		alone := time.Since(begin)
		ctx, stop := context.WithCancel(b.Context())
		var searches sync.WaitGroup
		for q := range 6 {
			searches.Go(func() {
				for ctx.Err() == nil {
					_, _ = s.List(ctx, store.Page{Query: &store.Query{Expr: benchQueries[1+q%4].expr}})
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
					}
				}
			})
		}
		begin = time.Now()
		intake(b, s, 10*n*i+n, n, 10)
		b.ReportMetric(float64(alone)/float64(time.Since(begin)), "of-intake")
		stop()
		searches.Wait()
	}
}

// BenchmarkWait says how long after Put returned a watcher has the message.
func BenchmarkWait(b *testing.B) {
	s := opened(b, filepath.Join(b.TempDir(), "mail.db"), Options{})
	defer s.Close()
	came := make(chan time.Time)
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	go func() {
		for range s.Watch(ctx, 0) {
			select {
			case came <- time.Now():
			case <-ctx.Done():
			}
		}
	}()
	var waits []time.Duration
	for i := 0; b.Loop(); i++ {
		m, raw := benchMail(i)
		if err := s.Put(ctx, m, data(raw)); err != nil {
			b.Fatal(err)
		}
		put := time.Now()
		waits = append(waits, (<-came).Sub(put))
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms-p99")
}
