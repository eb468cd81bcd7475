package sender

import (
	"io"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

func BenchmarkSend(b *testing.B) {
	for name, size := range map[string]int{"1kB": 1 << 10, "1MB": 1 << 20} {
		b.Run(name, func(b *testing.B) {
			s := &script{ehlo: []string{"PIPELINING", "SIZE 50000000"}}
			opts := s.options(b)
			opts.Dialer = s.overTCP(b)
			c, err := Dial(b.Context(), "mx.test:25", opts)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			msg := []byte(hello + strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72))
			env := Envelope{From: alice, To: To(bat)}
			b.SetBytes(int64(len(msg)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Send(b.Context(), env, msg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLineWriter(b *testing.B) {
	msg := []byte(strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1<<20/72))
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		w := lineWriter{stuff: true, checked: true, flush: func(p []byte, _ bool) error {
			_, err := io.Discard.Write(p)
			return err
		}}
		_, _ = w.Write(msg)
		_ = w.end()
	}
}

func BenchmarkCompose(b *testing.B) {
	m := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Bytes(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := gleak.Goroutines()
	t.Run("sessions", func(t *testing.T) {
		for _, replies := range []map[string]string{nil, {".": drop}, {"MAIL": drop}, {"DATA": "354 go\r\n" + drop}} {
			s := &script{replies: replies}
			_, _ = s.mail(t, nil)
			c := dialScript(t, &script{}, nil)
			if err := c.Mail(t.Context(), alice, nil); err != nil {
				t.Error(err)
			}
			if err := c.Rcpt(t.Context(), bat, nil); err != nil {
				t.Error(err)
			}
			if _, err := c.Data(t.Context()); err != nil {
				t.Error(err)
			}
			_ = c.Close()
		}
	})
	NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
}
