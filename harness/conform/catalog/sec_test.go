package catalog

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// No sentence limits a challenge, so that whoever answers a long one is warned of.
func TestCancels(t *testing.T) {
	long := record.NewReply(334, `(1048576 octets of "QUJD")`)
	long.Raw = `334 (1048576 octets of "QUJD")`
	for answer, want := range map[string]conform.Word{"*": conform.Pass, "YmF0IDAxMjM0NTY3": conform.Warn, "": conform.Pass} {
		said := []record.Command{{Verb: "AUTH", Line: "AUTH CRAM-MD5", Reply: long}}
		if answer != "" {
			said = append(said, record.Command{Line: answer})
		}
		run := &conform.Trial{Outcome: conform.Outcome{Class: conform.Failed}, Sessions: []*record.Session{{ID: 1, Commands: said}}}
		if v := cancels(caseOf("sec-challenge-huge", run)); v.Word != want {
			t.Errorf("%q: %s: %s", answer, v.Word, v.Text)
		}
	}
}
