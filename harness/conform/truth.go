package conform

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/smtpspec/smtpspec/harness/record"
)

// EndOf says how the last session of the run was ended, bounces left out.
func EndOf(run *Trial) End {
	if run.Outcome.Class == Hang {
		return EndHang
	}
	own := (&Case{Trial: run}).Own()
	if len(own) == 0 {
		return EndNone
	}
	s := own[len(own)-1]
	switch s.End {
	case record.EndQuit:
		if quit, ok := s.Command("QUIT", 1); ok && quit.Reply.Code == 221 {
			return EndQuit221
		}
		return EndQuit
	case record.EndClientClosed:
		return EndFIN
	case record.EndClientReset:
		return EndRST
	case record.EndTLSFailed:
		return EndAlert
	}
	return EndServer
}

// TruthOf compares the outcome of the run with what the server took
// responsibility for, RFC 5321 §4.2.5: a message whose final reply it sent as a
// 2yz, for each recipient that it had accepted. A reply that was never sent
// leaves the client in the dark: then only a claim of success is false.
func TruthOf(run *Trial) Truth {
	o := &run.Outcome
	if !o.Failure() && o.Class != OK {
		return Unclassified
	}
	asked, took, claims := askedOf(run), takenOf(run), claimsOf(run)
	for rcpt := range asked {
		if !carriable(rcpt) {
			return Unclassified // whoever may have been meant by it
		}
	}
	truth := ToldTheTruth
	failed, delivered := 0, 0
	for rcpt, n := range asked {
		claim, named := claims[rcpt]
		if !named {
			claim = claims[others]
		}
		arrived := took[rcpt] >= n
		if arrived && claim == Temp && gaveUpWaiting(run) {
			continue // the reply and its hanging up crossed: it could not know
		}
		if arrived {
			delivered++
		}
		switch {
		case claim == OK && !arrived:
			return FalseSuccess
		case claim != OK && arrived:
			failed++
		}
	}
	// A failure as a whole is the truth as long as somebody got nothing.
	if failed > 0 && (o.Rcpts != nil || delivered == len(asked)) {
		truth = FalseFailure
	}
	return truth
}

// carriable says that a recipient is one that a command can carry: nothing in it
// but a quoted-string could end its path or divide it.
func carriable(rcpt string) bool {
	if strings.ContainsAny(rcpt, "\r\n") {
		return false
	}
	for _, end := range []byte("<>, ") {
		if _, _, found := record.CutUnquoted(rcpt, end); found {
			return false
		}
	}
	return true
}

// gaveUpWaiting says that the last session ended with a final reply that came so
// late that the client had given up: it neither said QUIT nor anything else.
func gaveUpWaiting(run *Trial) bool {
	if len(run.Sessions) == 0 {
		return false
	}
	s := run.Sessions[len(run.Sessions)-1]
	if n := len(s.Commands); n > 0 && (s.End == record.EndClientClosed || s.End == record.EndClientReset) {
		last := &s.Commands[n-1]
		return last.Verb == "BODY" && last.Reply.At-last.At > run.Unit*3/4
	}
	return false
}

// others stands for the recipients that an outcome does not name.
const others = "\x00"

// claimsOf returns what the client said of each recipient. Where it names those
// that failed, the others did not. Where it names nobody of the job who failed,
// or only in a form of its own making, the failure is that of all whom it does
// not name.
func claimsOf(run *Trial) map[string]Class {
	o, asked := &run.Outcome, askedOf(run)
	claims := map[string]Class{others: o.Class}
	for name, class := range o.Rcpts {
		rcpt := mailbox(name)
		claims[rcpt] = class
		if class != OK && o.Class != OK && asked[rcpt] > 0 {
			claims[others] = OK
		}
	}
	return claims
}

// askedOf counts the messages that each recipient was to get.
func askedOf(run *Trial) map[string]int {
	asked := map[string]int{}
	for i := range run.Job.Messages {
		for _, rcpt := range unique(run.Job.Recipients(i)) {
			asked[mailbox(rcpt)]++
		}
	}
	return asked
}

// takenOf counts the messages for each recipient of the job that the server
// took.
func takenOf(run *Trial) map[string]int {
	took := map[string]int{}
	asked := askedOf(run)
	for _, s := range run.Sessions {
		for _, m := range s.Messages {
			if m.Reply.Code/100 != 2 {
				continue
			}
			for _, to := range unique(m.Envelope.To()) {
				if rcpt := mailbox(to); asked[rcpt] > 0 {
					took[rcpt]++
				}
			}
		}
	}
	return took
}

// duplicated says that somebody got a message more often than asked.
func duplicated(run *Trial) bool {
	asked := askedOf(run)
	for rcpt, n := range takenOf(run) {
		if n > asked[rcpt] {
			return true
		}
	}
	return false
}

// SameMailbox says that two addresses name the same mailbox: equal local-parts
// (RFC 5321 §2.4) at domains that differ in case at most, or in the form of their
// labels (RFC 5890 §2.3.2.1).
func SameMailbox(a, b string) bool { return mailbox(a) == mailbox(b) }

// mailbox returns an address in the one form in which its domain is in lower
// case and in A-labels.
func mailbox(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	return address[:at+1] + strings.ToLower(inALabels(address[at+1:]))
}

// inALabels returns a domain as it goes over the wire without SMTPUTF8, and one
// that cannot be converted as it is.
func inALabels(domain string) string {
	if strings.IndexFunc(domain, func(r rune) bool { return r >= 0x80 }) < 0 {
		return domain
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if key := mailbox(s); !seen[key] {
			seen[key] = true
			out = append(out, s)
		}
	}
	return out
}
