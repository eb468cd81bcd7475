package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The server's limit of commands ends a session that the client would not.
func TestSTARTTLSWithoutEnd(t *testing.T) {
	s, _ := ByID("tls-starttls-502")
	for name, test := range map[string]struct {
		session string
		want    conform.Word
	}{
		"once":        {"EHLO x -> 250\nSTARTTLS -> 502\nQUIT -> 221", conform.Pass},
		"twice":       {strings.Repeat("EHLO x -> 250\nSTARTTLS -> 502\n", 2) + "QUIT -> 221", conform.Pass},
		"without end": {strings.Repeat("EHLO x -> 250\nSTARTTLS -> 502\n", 5000) + "EHLO x -> 421", conform.Fail},
		"in clear":    {"EHLO x -> 250\nSTARTTLS -> 502\nMAIL FROM:<a@example.org> -> 250", conform.Fail},
	} {
		expectWord(t, name, s.Judge(spoken(t, rfc.MUST, nil, conform.Outcome{Class: conform.Failed}, test.session)), test.want)
	}
}
