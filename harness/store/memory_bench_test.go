package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// fill puts n messages of about 5 KiB into a store.
func fill(b *testing.B, s *store.Memory, n int) {
	b.Helper()
	for i := range n {
		raw := fmt.Appendf(nil, "From: sender%d@example.mn\r\nSubject: message %d\r\n\r\n%s rare%d\r\n", i%100, i, strings.Repeat("some words of text. ", 250), i)
		d := &record.Data{}
		d.SetRaw(raw)
		if err := s.Put(b.Context(), &store.Mail{ID: store.NewID(), At: time.Now(), Size: len(raw)}, d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMemoryPut(b *testing.B) {
	for _, most := range []int{100, 10_000} {
		b.Run(fmt.Sprint("keep", most), func(b *testing.B) {
			s := store.NewMemory(store.MemoryOptions{Retention: store.Retention{Messages: most}})
			b.ResetTimer()
			fill(b, s, b.N)
		})
	}
}

func BenchmarkMemoryList(b *testing.B) {
	s := store.NewMemory(store.MemoryOptions{})
	fill(b, s, 10_000)
	for _, text := range []string{"", "some", "rare77", "from:sender7@example.mn", "nowhere"} {
		b.Run("q="+text, func(b *testing.B) {
			q, err := store.ParseQuery(text, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := s.List(b.Context(), store.Page{Query: q}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
