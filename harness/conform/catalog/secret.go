package catalog

import (
	"encoding/base64"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// shows says that text holds the secret: as it is, or in base64, alone or
// among other octets as PLAIN has it.
func shows(text, secret string) bool {
	if secret == "" {
		return false
	}
	if strings.Contains(text, secret) {
		return true
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !base64Rune(r) }) {
		if strings.Contains(unbase64(word), secret) {
			return true
		}
	}
	return false
}

func base64Rune(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/'
}

// unbase64 decodes base64 with padding or without it, "" if it is none.
func unbase64(word string) string {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(word, "="))
	if err != nil {
		return ""
	}
	return string(decoded)
}

// passwordSaid returns the first line that shows the password of the job and
// for which where says yes.
func passwordSaid(c *conform.Case, where func(conform.Said) bool) (conform.Said, bool) {
	for said := range c.All() {
		if where(said) && shows(said.Line, c.Job.Pass) {
			return said, true
		}
	}
	return conform.Said{}, false
}

func anywhere(conform.Said) bool     { return true }
func outsideTLS(s conform.Said) bool { return !saidInTLS(s) }

// saidInTLS says that a command came inside TLS: behind the STARTTLS that was
// accepted, or anywhere where TLS came first.
func saidInTLS(said conform.Said) bool {
	s := said.Session
	if s.TLS == nil || s.TLS.Implicit {
		return s.TLS != nil
	}
	for i, command := range s.Commands {
		if command.Verb == "STARTTLS" && command.Reply.Positive() {
			return said.Index > i+1
		}
	}
	return false
}
