package message

import (
	"net/mail"
	"strings"
)

// parseAddresses reads an address list, RFC 5322 §3.4, with the obsolete forms
// of §4.4. It never fails: what is no address is left out with a warning. s is
// unfolded UTF-8 whose encoded-words are not yet decoded.
func parseAddresses(s string, at here) []mail.Address {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	r := addressReader{at: at}
	for i := 0; i < len(s); {
		if len(r.list) >= MaxAddresses {
			at.warn(AddressLimit, "not taken apart: more than %d addresses", MaxAddresses)
			return r.list
		}
		i += r.step(s[i:])
	}
	r.endMailbox()
	return r.list
}

// addressReader goes over an address list once. A quote or comment that never
// closes is ordinary text, and so is every later one of its kind: each kind is
// searched to the end of the text in vain at most once.
type addressReader struct {
	at        here
	list      []mail.Address
	phrase    strings.Builder // the words before the bracket, or a bare address
	comment   string          // one behind a bare address, which is its name, RFC 5322 §A.5
	angle     string
	hasAngle  bool
	hasAt     bool // the phrase has an "@"
	inGroup   bool
	openQuote bool // a quote does not close
	openParen bool // a comment does not close
}

// step consumes one token of s and returns its length.
func (r *addressReader) step(s string) int {
	switch c := s[0]; {
	case c == '"' && !r.openQuote:
		return r.quoted(s)
	case c == '(' && !r.openParen:
		return r.skipComment(s)
	case c == '<':
		return r.bracket(s)
	case c == ',', c == ';':
		r.endMailbox()
		r.inGroup = r.inGroup && c == ','
		return 1
	case c == ':' && !r.inGroup && !r.hasAngle && !r.hasAt:
		// The name of a group, RFC 5322 §3.4.
		r.phrase.Reset()
		r.comment, r.inGroup = "", true
		return 1

	default:
		n := strings.IndexAny(s[1:], "\"(<,;:") + 1
		if n == 0 {
			n = len(s)
		}
		r.write(s[:n])
		return n
	}
}

// write adds to the phrase. What comes behind a bracket belongs to nothing.
func (r *addressReader) write(s string) {
	if !r.hasAngle {
		r.phrase.WriteString(s)
		r.hasAt = r.hasAt || strings.Contains(s, "@")
	}
}

func (r *addressReader) quoted(s string) int {
	value, rest, ok := cutQuoted(s[1:])
	if !ok {
		r.openQuote = true
		r.at.warn(AddressBroken, "a quote does not close in %s", shown(s))
		return 1
	}
	n := len(s) - len(rest)
	if strings.HasPrefix(rest, "@") {
		value = s[:n]
	}
	r.write(value)
	return n
}

// skipComment reads a comment, RFC 5322 §3.2.2, which may hold others.
func (r *addressReader) skipComment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				if r.hasAt {
					r.comment = s[1:i]
				}
				return i + 1
			}
		}
	}
	r.openParen = true
	r.at.warn(AddressBroken, "a comment does not close in %s", shown(s))
	return 1
}

// bracket reads <address>. Without its end, the address ends at a comma.
func (r *addressReader) bracket(s string) int {
	if r.hasAngle {
		r.at.warn(AddressBroken, "no comma before %s", shown(s))
		r.endMailbox()
	}
	end, quoted := 1, false
	for ; end < len(s); end++ {
		switch c := s[end]; {
		case c == '"' && !r.openQuote:
			quoted = !quoted
		case quoted && c == '\\':
			end++
		case quoted:
		case c == '>':
			r.angle, r.hasAngle = s[1:end], true
			return end + 1
		case c == ',' && !strings.HasPrefix(s[1:], "@"), c == ';', c == '<':
			return r.unclosed(s, end)
		}
	}
	return r.unclosed(s, min(end, len(s)))
}

func (r *addressReader) unclosed(s string, end int) int {
	r.at.warn(AddressBroken, "a bracket does not close in %s", shown(s))
	r.openQuote = r.openQuote || end == len(s)
	r.angle, r.hasAngle = s[1:end], true
	return end
}

// endMailbox adds what was read since the last comma.
func (r *addressReader) endMailbox() {
	phrase := strings.TrimSpace(r.phrase.String())
	switch {
	case r.hasAngle:
		r.add(phrase, r.angle)
	case r.hasAt && strings.Contains(phrase, "@"):
		r.addBare(phrase)
	case phrase != "":
		r.at.warn(AddressBroken, "no address in %s", shown(phrase))
	}
	r.phrase.Reset()
	r.comment, r.angle, r.hasAngle, r.hasAt = "", "", false, false
}

// addBare adds an address without brackets. Words before it are a name.
func (r *addressReader) addBare(s string) {
	name := r.comment
	if i := strings.LastIndexAny(s[:strings.LastIndex(s, "@")], " \t"); i >= 0 && !strings.Contains(s, `"`) {
		r.at.warn(AddressBroken, "an address stands without brackets in %s", shown(s))
		name, s = s[:i], s[i+1:]
	}
	r.add(name, s)
}

func (r *addressReader) add(name, address string) {
	// A source route comes before a colon, RFC 5322 §4.4.
	if i := strings.IndexByte(address, ':'); i >= 0 && strings.HasPrefix(address, "@") {
		address = address[i+1:]
	}
	address = strings.TrimSpace(address)
	if local, domain, ok := cutAddress(address); !ok || local == "" || domain == "" || strings.ContainsAny(domain, " \t<>@") ||
		strings.Contains(domain, ":") && !strings.HasPrefix(domain, "[") {
		r.at.warn(AddressBroken, "no address in %s", shown(address))
		if address == "" {
			return
		}
	}
	name = strings.Join(strings.Fields(decodeWords(name, r.at)), " ")
	r.list = append(r.list, mail.Address{Name: name, Address: address})
}

// cutAddress splits an address at its last "@".
func cutAddress(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, "", false
	}
	return address[:i], address[i+1:], true
}

// SameAddress says that a and b are one address: the local parts are compared
// exactly, the domains without regard to case, RFC 5321 §2.4.
func SameAddress(a, b string) bool { return AddressKey(a) == AddressKey(b) }

// AddressKey is the form in which addresses can be compared: the domain in
// lower case, the local part without needless quotes.
func AddressKey(address string) string {
	local, domain, _ := cutAddress(strings.Trim(address, " \t<>"))
	if strings.HasPrefix(local, `"`) {
		local, _, _ = cutQuoted(local[1:])
	}
	return local + "@" + strings.ToLower(domain)
}
