package harness

import (
	"crypto/tls"
	"fmt"
	"time"
)

// BadCertificate is a fault of a server's certificate that a client must
// notice. Each is the one fault of a certificate that is good otherwise, and
// carries the server's names unless the fault is the name. The zero value is
// Expired.
type BadCertificate int

const (
	// Expired is a certificate that ran out yesterday.
	Expired BadCertificate = iota
	// NotYetValid is a certificate whose validity starts in 30 days, beyond
	// the days for which RFC 5321 §4.5.4.1 has a client retry.
	NotYetValid
	// WrongName is a certificate for wrong-name.invalid and no other name.
	WrongName
	// SelfSigned is a certificate signed with its own key.
	SelfSigned
	// UnknownCA is a certificate from a CA that nobody trusts. The CA's own
	// certificate is not sent.
	UnknownCA
)

var badCertificateNames = [...]string{
	Expired:     "expired",
	NotYetValid: "not yet valid",
	WrongName:   "wrong name",
	SelfSigned:  "self-signed",
	UnknownCA:   "unknown CA",
}

// String returns the fault in words, such as "not yet valid", and
// "BadCertificate(9)" for a value that is none of the constants.
func (b BadCertificate) String() string {
	if b < 0 || int(b) >= len(badCertificateNames) {
		return fmt.Sprintf("BadCertificate(%d)", int(b))
	}
	return badCertificateNames[b]
}

// bad makes a leaf for names with the given fault.
func (a *authority) bad(fault BadCertificate, names ...string) (tls.Certificate, error) {
	switch fault {
	case Expired:
		return a.valid(-30*day, -day, names)
	case NotYetValid:
		return a.valid(30*day, 60*day, names)
	case WrongName:
		return a.issue(leafTemplate([]string{"wrong-name.invalid"}))
	case SelfSigned:
		return selfSigned(names)
	case UnknownCA:
		return strangersLeaf(names)
	}
	return tls.Certificate{}, fmt.Errorf("harness: no such fault: %v", fault)
}

// valid makes a leaf that is valid between two moments, told from now.
func (a *authority) valid(from, to time.Duration, names []string) (tls.Certificate, error) {
	template := leafTemplate(withLoopback(names))
	now := time.Now()
	template.NotBefore, template.NotAfter = now.Add(from), now.Add(to)
	return a.issue(template)
}

func selfSigned(names []string) (tls.Certificate, error) {
	template := leafTemplate(withLoopback(names))
	key, err := newLeafKey(template)
	if err != nil {
		return tls.Certificate{}, err
	}
	return sign(template, template, key, key)
}

func strangersLeaf(names []string) (tls.Certificate, error) {
	stranger, err := newAuthority()
	if err != nil {
		return tls.Certificate{}, err
	}
	return stranger.leaf(names...)
}
