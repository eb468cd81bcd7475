package wire

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// serveMail checks MAIL, RFC 5321 §4.1.1.2. The dialogue knows nothing of
// parameters and of most of the grammar.
func (s *Session) serveMail(c record.Command, path pathArg, problem string) (record.Reply, []byte) {
	s.mailLine = c.Line
	switch {
	case !s.helloed:
		s.note(noHello, c.Line)
		return helloFirst, nil
	case s.cfg.RequireAuth && !s.auth.done:
		return authFirst, nil
	case s.open:
		s.note(nestedMail, c.Line)
		return nested, nil
	case s.mailFull():
		return tooManyMail, nil
	}
	s.utf8, s.binary, s.declared = false, false, 0
	s.draft.From = path.address
	params, refusal := s.servePath(c, path, problem, mailParams)
	switch {
	case refusal.Code != 0:
		return refusal, nil
	case path.address != "" && !validMailbox(path.address):
		return s.badAddress(c, "5.1.7 Bad sender's mailbox address syntax"), nil
	case s.cfg.Room != nil && !s.cfg.Room(s.declared):
		return noStorage, nil
	}
	s.draft.Params = params
	return record.Reply{}, feedMail
}

// serveRcpt checks RCPT, RFC 5321 §4.1.1.3.
func (s *Session) serveRcpt(c record.Command, path pathArg, problem string) (record.Reply, []byte) {
	if s.chunked {
		return chunksBegun, nil
	}
	params, refusal := s.servePath(c, path, problem, rcptParams)
	s.recipient.Params = params
	switch {
	case refusal.Code != 0:
		return refusal, nil
	case !validMailbox(path.address) && !strings.EqualFold(path.address, "postmaster"):
		return s.badAddress(c, "5.1.3 Bad destination mailbox address syntax"), nil
	case s.recipients >= s.cfg.Limits.Recipients:
		return tooManyRcpt, nil
	case s.domainsFull(path.address):
		return tooManyDomains, nil
	}
	return record.Reply{}, feedRcpt
}

// servePath checks what MAIL and RCPT have in common.
func (s *Session) servePath(c record.Command, path pathArg, problem string, of func(*extension) map[string]take) (map[string]string, record.Reply) {
	if path.blank {
		s.note(blankInPath, c.Line)
	}
	if problem != "" {
		s.note(badPath, c.Line)
		return nil, record.NewReply(501, "5.5.4 Syntax error, "+problem)
	}
	params, refusal := s.takeParams(path.params, of)
	if refusal.Code == 0 && path.utf8 && !s.utf8 {
		s.note(utf8Address, c.Line)
		refusal = needsUTF8
	}
	return params, refusal
}

func (s *Session) badAddress(c record.Command, text string) record.Reply {
	s.note(badPath, c.Line)
	return record.NewReply(501, text)
}

// serveData checks DATA, RFC 5321 §4.1.1.4.
func (s *Session) serveData(c record.Command) (record.Reply, []byte) {
	if c.Arg != "" {
		s.note(extraArgument, c.Line)
		return noArgument, nil
	}
	switch {
	case s.chunked:
		return chunksBegun, nil
	case s.binary:
		return binaryNeedsBDAT, nil
	case s.open && s.recipients == 0 && !s.unknowing(c):
		s.note(noRecipients, c.Line)
	}
	return record.Reply{}, feedData
}

// unknowing says that a command was sent behind a RCPT whose reply had not come:
// that no recipient was accepted its client could not know, RFC 2920 §3.1.
func (s *Session) unknowing(c record.Command) bool { return c.Pipelined && s.before == "RCPT" }
