package catalog

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// A name may hide its specials in an encoded-word as well as in quotes.
func TestAuthorsAreCountedAsSent(t *testing.T) {
	const encoded = "=?UTF-8?Q?Doe=2C_Joe_=28x=29_=3Cy=3E?= <sender@example.org>"
	for _, c := range []struct {
		id, from string
		want     conform.Word
	}{
		{"lint-phrase-quoting", `"Doe, Joe (x) <y>" <sender@example.org>`, conform.Pass},
		{"lint-phrase-quoting", encoded, conform.Pass},
		{"lint-phrase-quoting", "Doe, Joe (x) <y> <sender@example.org>", conform.Fail},
		{"lint-phrase-quoting", "=?UTF-8?Q?Doe?=, Joe <sender@example.org>", conform.Fail},
		{"lint-sender", "A <sender@example.org>, B <b@example.org>", conform.Fail},
		{"lint-sender", "=?UTF-8?Q?A=2C_B?= <sender@example.org>", conform.NotApplicable},
		{"lint-sender", "=?UTF-8?Q?A=2C?= <sender@example.org>, B <b@example.org>", conform.Fail},
	} {
		if v := judged(t, c.id, "From: "+c.from+"\r\nSubject: x\r\n\r\ntext\r\n"); v.Word != c.want {
			t.Errorf("%s: %s for %s: %s", c.id, v.Word, c.from, v.Text)
		}
	}
}
