package wire

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// LIMITS, RFC 9422: how often a session may say MAIL, how many recipients a
// transaction may have, and over how many domains those of a session may be.
// What the advertised line says is what holds.
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

// mailFull says that MAIL came too often. Those that failed count too, §6.
func (s *Session) mailFull() bool {
	most := s.cfg.Limits.Transactions
	return most > 0 && s.seen[stageIndex(record.MAIL)] > most
}

// domainsFull says that address would be in one domain too many.
func (s *Session) domainsFull(address string) bool {
	most := s.cfg.Limits.Domains
	return most > 0 && len(s.domains) >= most && !s.domains[domainOf(address)]
}

// addDomain counts the domain of an accepted recipient.
func (s *Session) addDomain(address string) {
	if s.cfg.Limits.Domains == 0 {
		return
	}
	if s.domains == nil {
		s.domains = map[string]bool{}
	}
	s.domains[domainOf(address)] = true
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

var (
	tooManyMail    = record.NewReply(452, "4.5.3 Too many transactions in one session")
	tooManyDomains = record.NewReply(452, "4.5.3 Too many recipient domains")
)
