package lint_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// testdata/fixtures.txt says which rules each message of the fixtures breaks;
// those that are not there break none. Many are small and lack Date and
// Message-ID.
func TestFixtures(t *testing.T) {
	const file = "testdata/fixtures.txt"
	var b strings.Builder
	for name, raw := range fixtures.Messages() {
		m := &record.Message{}
		m.SetRaw(raw)
		var ids []string
		for _, f := range lint.Message(m) {
			if !slices.Contains(ids, f.Rule) {
				ids = append(ids, f.Rule)
			}
		}
		if len(ids) > 0 {
			b.WriteString(name + ": " + strings.Join(ids, " ") + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("found\n%swant\n%s", &b, want)
	}
}

// What the fixtures hold as right breaks nothing that a reader would notice.
func TestFixturesThatAreRight(t *testing.T) {
	for _, name := range []string{
		"boundary-with-trailing-space", "encoding-unknown", "file-name-hostile", "one-time-code",
	} {
		m := &record.Message{}
		m.SetRaw(fixtures.Message(name))
		if found := lint.Message(m); len(found) > 0 {
			t.Errorf("%s: %s", name, listing(found))
		}
	}
}
