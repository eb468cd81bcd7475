package wire

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// DSN, RFC 3461: the client says which notifications it wants, of which
// recipients, and what they should carry.
var dsn = extension{
	keyword:  "DSN",
	optional: true,
	line:     plain("DSN"),
	mail:     map[string]take{"RET": takeReturn, "ENVID": takeEnvelopeID},
	rcpt:     map[string]take{"NOTIFY": takeNotify, "ORCPT": takeOriginal},
}

// takeReturn takes RET of MAIL, §4.3.
func takeReturn(s *Session, value string, _ bool) record.Reply {
	s.draft.Return = strings.ToUpper(value)
	if s.draft.Return != "FULL" && s.draft.Return != "HDRS" {
		return s.malformed("RET=" + value)
	}
	return record.Reply{}
}

// takeEnvelopeID takes ENVID of MAIL, §4.4: up to 100 octets of xtext.
func takeEnvelopeID(s *Session, value string, has bool) record.Reply {
	id, ok := decodeXtext(value)
	if !ok || !has || len(value) > 100 {
		return s.malformed("ENVID=" + value)
	}
	s.draft.ID = id
	return record.Reply{}
}

// takeNotify takes NOTIFY of RCPT, §4.1: NEVER alone, or a list of the others.
func takeNotify(s *Session, value string, _ bool) record.Reply {
	words := strings.Split(strings.ToUpper(value), ",")
	for _, word := range words {
		switch word {
		case "SUCCESS", "FAILURE", "DELAY":
		case "NEVER":
			if len(words) == 1 {
				continue
			}
			fallthrough
		default:
			return s.malformed("NOTIFY=" + value)
		}
	}
	s.recipient.Notify = words
	return record.Reply{}
}

// takeOriginal takes ORCPT of RCPT, §4.2: an address type and xtext, up to 500
// octets together. The utf-8 type of RFC 6533 needs no xtext, and SMTPUTF8 for
// what is beyond ASCII.
func takeOriginal(s *Session, value string, _ bool) record.Reply {
	kind, address, found := strings.Cut(value, ";")
	decoded, ok := decodeXtext(address)
	if strings.EqualFold(kind, "utf-8") {
		decoded, ok = address, s.utf8 || ascii(address)
	}
	if !found || !ok || !keyword(kind) || address == "" || len(value) > 500 {
		return s.malformed("ORCPT=" + value)
	}
	s.recipient.Original = kind + ";" + decoded
	return record.Reply{}
}

// decodeXtext decodes xtext, RFC 3461 §4: printable ASCII without "+" and "=",
// and "+" with two upper-case hexadecimal digits for any octet.
func decodeXtext(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			if i+2 >= len(s) {
				return "", false
			}
			high, low := hexDigit(s[i+1]), hexDigit(s[i+2])
			if high < 0 || low < 0 {
				return "", false
			}
			b = append(b, byte(high<<4|low))
			i += 2
		case c < '!' || c > '~' || c == '=':
			return "", false
		default:
			b = append(b, c)
		}
	}
	return string(b), true
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }
