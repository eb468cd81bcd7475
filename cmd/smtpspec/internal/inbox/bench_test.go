package inbox

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/store"
)

// BenchmarkDigest finds out what a message of 5 KiB says and which rules it
// breaks.
func BenchmarkDigest(b *testing.B) {
	raw := []byte("From: Shop <shop@example.test>\r\nTo: Bat <bat@example.test>\r\nSubject: Your order 42\r\n" +
		"Date: Sun, 1 Mar 2026 20:00:00 +0800\r\nMessage-ID: <42@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
		strings.Repeat("Dear customer, your invoice for march is attached, and it is paid.\r\n", 72))
	d := store.Digester{Lint: lint.Broken}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		d.Of(&store.Mail{}, store.Octets(raw))
	}
}
