package lint_test

import (
	"testing"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

func TestDump(t *testing.T) {
	for name, raw := range fixtures.Messages() {
		m := &record.Message{}
		m.SetRaw(raw)
		t.Logf("== %s\n%s", name, listing(lint.Message(m)))
	}
}
