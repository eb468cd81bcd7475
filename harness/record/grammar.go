package record

import (
	"net/netip"
	"strings"
)

// Parts of the grammar of RFC 5321 §4.1.2, which servers, rules and judges read
// alike. Whoever is laxer, or stricter, says so in its own place.

// CutUnquoted cuts s around the first such octet that is not part of a
// quoted-string.
func CutUnquoted(s string, at byte) (before, after string, found bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == at && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// CutPrefixFold is strings.CutPrefix for the words of the grammar, which differ
// in case at most.
func CutPrefixFold(s, prefix string) (after string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// SubDomain says that s is a sub-domain: letters, digits, and hyphens within.
func SubDomain(s string) bool {
	for i := range len(s) {
		if !alnum(s[i]) && (s[i] != '-' || i == 0 || i == len(s)-1) {
			return false
		}
	}
	return s != ""
}

// AddressLiteral says that s is an IPv4 or IPv6 address in brackets, RFC 5321
// §4.1.3. The general form, of which there are none, is not one.
func AddressLiteral(s string) bool {
	inner, opened := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return false
	}
	if v6, tagged := CutPrefixFold(inner, "IPv6:"); tagged {
		a, err := netip.ParseAddr(v6)
		return err == nil && a.Is6() && a.Zone() == ""
	}
	a, err := netip.ParseAddr(inner)
	return err == nil && a.Is4()
}

// AText says that c may stand in an atom; octets beyond ASCII are those of RFC
// 6531 §3.3.
func AText(c byte) bool {
	return alnum(c) || c >= 0x80 || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
