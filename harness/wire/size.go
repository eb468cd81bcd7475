package wire

import (
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// SIZE, RFC 1870: the server says how large a message may be, the client how
// large its message is.
var size = extension{
	keyword: "SIZE",
	line: func(cfg *Config, _ client) string {
		return "SIZE " + strconv.Itoa(cfg.Limits.Message)
	},
	mail: map[string]take{"SIZE": takeSize},
}

func takeSize(s *Session, value string, _ bool) record.Reply {
	if !decimal(value) {
		s.note(badParameter, "SIZE="+value)
		return badSize
	}
	n, err := strconv.Atoi(value)
	if err != nil || n > s.cfg.Limits.Message {
		return tooBig
	}
	s.declared = n
	return record.Reply{}
}

// decimal says that s is a size-value: 1 to 20 digits.
func decimal(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 20
}
