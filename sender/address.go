package sender

import (
	"net/mail"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// mailbox is an address of the envelope, checked and ready to be sent.
type mailbox struct {
	local, domain string
}

func (m mailbox) String() string {
	if m.domain == "" {
		return m.local
	}
	return m.local + "@" + m.domain
}

// needsUTF8 says that only SMTPUTF8 can carry the address (RFC 6531 §3.2): the
// domain always has an ASCII form, the local part has none.
func (m mailbox) needsUTF8() bool { return !ascii(m.local) }

// maxMailbox is the longest path of RFC 5321 §4.5.3.1.3 without its brackets.
const maxMailbox = 254

// parseMailbox reads an address for the envelope: the mailbox of RFC 5321
// §4.1.2, or a header's "Name <mailbox>", of which only the mailbox is kept.
// The local part is not changed. Nothing that could end the path or the command
// line passes.
func parseMailbox(s string) (mailbox, error) {
	if !utf8.ValidString(s) || hasControl(s) {
		return mailbox{}, problem(ErrAddress, quoted(s))
	}
	if m, ok := splitMailbox(s); ok {
		return m.withASCIIDomain(s)
	}
	if strings.HasSuffix(s, ">") {
		if a, err := mail.ParseAddress(s); err == nil {
			return parseMailbox(quoteLocal(a.Address))
		}
	}
	return mailbox{}, problem(ErrAddress, quoted(s))
}

func (m mailbox) withASCIIDomain(s string) (mailbox, error) {
	if !isLiteral(m.domain) {
		domain, err := asciiDomain(m.domain)
		if err != nil {
			return mailbox{}, problem(ErrAddress, quoted(s))
		}
		m.domain = domain
	}
	if len(m.String()) > maxMailbox {
		return mailbox{}, problem(ErrAddress, quoted(s)+" is longer than 254 octets")
	}
	return m, nil
}

func splitMailbox(s string) (mailbox, bool) {
	local, domain, ok := cutLast(s, "@")
	if !ok || domain == "" || !isDotString(local) && !isQuotedString(local) {
		return mailbox{}, false
	}
	if !isLiteral(domain) && strings.ContainsAny(domain, " <>@,;:\\\"()[]") {
		return mailbox{}, false
	}
	return mailbox{local, domain}, true
}

// quoteLocal gives back the quotes that net/mail takes off a local part.
func quoteLocal(addr string) string {
	local, domain, ok := cutLast(addr, "@")
	if !ok || isDotString(local) {
		return addr
	}
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local)
	return `"` + escaped + `"@` + domain
}

// isDotString is Dot-string of RFC 5321 §4.1.2, with RFC 6531's atext.
func isDotString(s string) bool {
	for _, atom := range strings.Split(s, ".") {
		if atom == "" {
			return false
		}
		for i := 0; i < len(atom); i++ {
			if !isAtext(atom[i]) {
				return false
			}
		}
	}
	return true
}

func isAtext(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isQuotedString is Quoted-string of RFC 5321 §4.1.2; controls are out already.
func isQuotedString(s string) bool {
	if len(s) < 3 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	inner := s[1 : len(s)-1]
	for i := 0; i < len(inner); i++ {
		switch inner[i] {
		case '"':
			return false
		case '\\':
			if i++; i == len(inner) {
				return false
			}
		}
	}
	return true
}

// isDomain is Domain of RFC 5321 §4.1.2 in ASCII: labels of letters, digits and
// inner hyphens.
func isDomain(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if s[i] != '-' && (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// isLiteral is address-literal of RFC 5321 §4.1.3: IPv4 or IPv6.
func isLiteral(s string) bool {
	if len(s) < 3 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	inner := s[1 : len(s)-1]
	if v6, ok := strings.CutPrefix(strings.ToLower(inner), "ipv6:"); ok {
		ip, err := netip.ParseAddr(v6)
		return err == nil && ip.Is6() && ip.Zone() == ""
	}
	ip, err := netip.ParseAddr(inner)
	return err == nil && ip.Is4()
}

// reversePath checks the sender; "" and "<>" are the null path (RFC 5321 §4.5.5).
func reversePath(from string) (mailbox, error) {
	if from == "" || from == "<>" {
		return mailbox{}, nil
	}
	return parseMailbox(from)
}

// forwardPath checks a recipient; "postmaster" needs no domain (RFC 5321 §4.5.1).
func forwardPath(to string) (mailbox, error) {
	if strings.EqualFold(to, "postmaster") {
		return mailbox{local: to}, nil
	}
	return parseMailbox(to)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasControl looks for octets that end or bend a command line, U+0080 to U+009F
// and the separators of lines and paragraphs among them.
func hasControl(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
	}) >= 0
}
