package harness

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// scopeDomain is the domain of every scope's addresses. RFC 2606 §2 keeps
// .test free for such use.
const scopeDomain = "harness.test"

// newTag returns the mark of a scope's addresses, "p2.3f9a2c".
func newTag(process int) string {
	var token [3]byte
	rand.Read(token[:])
	return fmt.Sprintf("p%d.%x", process, token)
}

// tagged returns the address of a scope for a local part.
func tagged(local, tag string) string {
	switch {
	case local == "":
		local = tag
	case needsQuotes(local):
		local = `"` + quotable.Replace(local) + "." + tag + `"`
	default:
		local += "." + tag
	}
	return local + "@" + scopeDomain
}

var quotable = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// needsQuotes says that a local part is no dot-string, RFC 5321 §4.1.2.
func needsQuotes(local string) bool {
	return strings.ContainsAny(local, " \t\"(),:;<>@[\\]") || strings.HasPrefix(local, ".") ||
		strings.HasSuffix(local, ".") || strings.Contains(local, "..")
}

// tagOf returns what would be the tag of an address in the domain of scopes, ""
// if it is none. Clients may change the case of letters.
func tagOf(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || !strings.EqualFold(address[at+1:], scopeDomain) {
		return ""
	}
	local := strings.Trim(address[:at], `"`)
	token := strings.LastIndexByte(local, '.')
	if token < 0 {
		return ""
	}
	process := strings.LastIndexByte(local[:token], '.')
	return strings.ToLower(local[process+1:])
}
