package wire

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// LIMITS, RFC 9422: how many transactions a session may have, how many
// recipients a transaction, and over how many domains. What the advertised
// line says is what holds.
var limits = extension{
	keyword:  "LIMITS",
	optional: true,
	line: func(cfg *Config, _ client) string {
		line := "LIMITS RCPTMAX=" + strconv.Itoa(cfg.Limits.Recipients)
		if n := cfg.Limits.Transactions; n > 0 {
			line += " MAILMAX=" + strconv.Itoa(n)
		}
		if n := cfg.Limits.Domains; n > 0 {
			line += " RCPTDOMAINMAX=" + strconv.Itoa(n)
		}
		return line
	},
}

// advertisedLimits makes true what a LIMITS line says, §4.
func (l *Limits) advertised(params string) {
	for word := range strings.FieldsSeq(params) {
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			continue
		}
		switch strings.ToUpper(name) {
		case "RCPTMAX":
			l.Recipients = n
		case "MAILMAX":
			l.Transactions = n
		case "RCPTDOMAINMAX":
			l.Domains = n
		}
	}
}

// domainsFull says that address would be in one domain too many.
func (s *Session) domainsFull(address string) bool {
	if s.cfg.Limits.Domains == 0 {
		return false
	}
	seen := map[string]bool{domainOf(address): true}
	for _, r := range s.envelope.Recipients {
		if r.Accepted() {
			seen[domainOf(r.Address)] = true
		}
	}
	return len(seen) > s.cfg.Limits.Domains
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

var (
	tooManyMail    = record.NewReply(452, "4.5.3 Too many transactions in one session")
	tooManyDomains = record.NewReply(452, "4.5.3 Too many recipient domains")
)
