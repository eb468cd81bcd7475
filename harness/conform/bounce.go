package conform

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
)

// A client that keeps its mail tells the sender itself of what it could not
// send, and where there is one server for everything, through that one: in
// another session or in the same, from the null path (RFC 5321 §4.5.5) or from
// an address of its own. No judge is to take that for the job's.

// bounce says that a transaction is a bounce of the client's own: it goes to the
// sender of the job alone, and comes from nobody or from somebody else. A job
// whose own reverse-path is null is not told from its bounces.
func (c *Case) bounce(from string, to []string) bool {
	if c.Job.From == "" || len(to) == 0 || SameMailbox(from, c.Job.From) {
		return false
	}
	toSender := func(rcpt string) bool { return SameMailbox(rcpt, c.Job.From) }
	return !slices.ContainsFunc(to, func(rcpt string) bool { return !toSender(rcpt) }) && !slices.ContainsFunc(c.asked(), toSender)
}

// asked returns the recipients of every message of the job.
func (c *Case) asked() []string {
	var all []string
	for i := range c.Job.Messages {
		all = append(all, c.Job.Recipients(i)...)
	}
	return all
}

// onlyBounces says that a session has transactions, and that all are bounces. In
// a session of its own the null path is enough: the bounce may be refused before
// it has named anybody.
func (c *Case) onlyBounces(s *record.Session) bool {
	bounces, some := c.bounces(s), false
	for i := range s.Commands {
		if s.Commands[i].Verb != "MAIL" {
			continue
		}
		from, _, ok := envelopeOf(s.Commands[i : i+1])
		if null := ok && from == "" && c.Job.From != ""; !bounces[i] && !null {
			return false
		}
		some = true
	}
	return some
}

// bounces says of each command of a session if it belongs to a bounce.
func (c *Case) bounces(s *record.Session) []bool {
	marks := make([]bool, len(s.Commands))
	for i := range s.Commands {
		if s.Commands[i].Verb != "MAIL" {
			continue
		}
		end := transactionEnd(s.Commands, i)
		if from, to, ok := envelopeOf(s.Commands[i:end]); ok && c.bounce(from, to) {
			for n := i; n < end; n++ {
				marks[n] = true
			}
		}
	}
	return marks
}

// transactionEnd returns where the transaction ends that begins with the MAIL at
// start: before the next command that belongs to none.
func transactionEnd(commands []record.Command, start int) int {
	for i := start + 1; i < len(commands); i++ {
		switch commands[i].Verb {
		case "MAIL", "RSET", "EHLO", "HELO", "LHLO", "QUIT":
			return i
		}
	}
	return len(commands)
}

// envelopeOf returns the addresses that a transaction names, accepted or not.
func envelopeOf(commands []record.Command) (from string, to []string, ok bool) {
	for _, command := range commands {
		p, isPath := Said{Command: command}.Path()
		switch {
		case !isPath:
		case command.Verb == "MAIL":
			from, ok = p.Address, p.Brackets
		default:
			to = append(to, p.Address)
		}
	}
	return from, to, ok
}
