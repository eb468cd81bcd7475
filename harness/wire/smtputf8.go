package wire

import "github.com/smtpspec/smtpspec/harness/record"

// SMTPUTF8, RFC 6531: addresses and headers in UTF-8. The parameter belongs to
// MAIL and holds for its whole transaction.
var smtpUTF8 = extension{
	keyword: "SMTPUTF8",
	line:    plain("SMTPUTF8"),
	mail:    map[string]take{"SMTPUTF8": takeUTF8},
}

func takeUTF8(s *Session, value string, has bool) record.Reply {
	if has {
		s.note(badParameter, "SMTPUTF8="+value)
		return badParam
	}
	s.utf8 = true
	return record.Reply{}
}
