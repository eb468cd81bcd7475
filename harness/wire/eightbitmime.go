package wire

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// 8BITMIME, RFC 6152: message data may hold octets beyond ASCII.
var eightBitMIME = extension{
	keyword: "8BITMIME",
	line:    plain("8BITMIME"),
	mail:    map[string]take{"BODY": takeBody},
}

func takeBody(s *Session, value string, _ bool) record.Reply {
	switch strings.ToUpper(value) {
	case "7BIT", "8BITMIME":
		return record.Reply{}
	case "BINARYMIME":
		if s.offers(&binaryMIME) {
			s.binary = true
			return record.Reply{}
		}
	}
	s.note(badParameter, "BODY="+value)
	return badBody
}
