package harness

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	day = 24 * time.Hour

	// clockSkew is how far a client's clock may lag behind the server's.
	clockSkew = time.Hour

	// leafLifetime with clockSkew stays within 397 days, the longest that
	// clients built on Apple's libraries take.
	leafLifetime = 396 * day
)

// loopback are the names every leaf has beside its own. 127.0.0.2 is for
// clients that treat 127.0.0.1 as safe without TLS, as net/smtp's PlainAuth
// does.
var loopback = []string{"localhost", "127.0.0.1", "127.0.0.2", "::1"}

// processAuthority is the one authority of a process, so that a client has to
// trust one CA however many servers a test starts. It lives only in memory.
var processAuthority = sync.OnceValue(func() *authority {
	a, err := newAuthority()
	if err != nil {
		panic(err) // its template is fixed: no input can bring this about
	}
	return a
})

// authority is a throw-away CA that signs the leaves of test servers.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// newAuthority makes a CA whose validity holds the real clock and that of a
// testing/synctest bubble, which starts on 2000-01-01.
func newAuthority() (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	id, err := keyID(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		// The name is the key's: two CAs in one trust store stay apart.
		Subject:               subject("smtpspec test CA " + hex.EncodeToString(id[:4])),
		NotBefore:             time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC),
		SubjectKeyId:          id,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            1, // for an intermediate of SignCertificate
	}
	signed, err := sign(template, template, key, key)
	if err != nil {
		return nil, err
	}
	return &authority{certificate: signed.Leaf, key: key}, nil
}

// leaf makes a certificate for a server of these names, host names or
// addresses, and for the loopback. It is valid from an hour ago by the clock
// of the caller, which is the bubble's inside testing/synctest.
//
// It has no wildcard: a client that asks for the wrong name must not be let
// through by one.
func (a *authority) leaf(names ...string) (tls.Certificate, error) {
	return a.issue(leafTemplate(withLoopback(names)))
}

// issue signs template for a new key.
func (a *authority) issue(template *x509.Certificate) (tls.Certificate, error) {
	key, err := newLeafKey(template)
	if err != nil {
		return tls.Certificate{}, err
	}
	return sign(template, a.certificate, key, a.key)
}

// pool returns a new pool that trusts this CA and no other.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// pem returns the CA's certificate in the form that files of trusted CAs have.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

func leafTemplate(names []string) *x509.Certificate {
	now := time.Now()
	template := &x509.Certificate{
		Subject:               subject("smtpspec test server"),
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		addName(template, name)
	}
	return template
}

func withLoopback(names []string) []string {
	all := slices.Clone(names)
	for _, name := range loopback {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func addName(template *x509.Certificate, name string) {
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = append(template.IPAddresses, ip)
	} else {
		template.DNSNames = append(template.DNSNames, name)
	}
}

// subject has no host name in it: RFC 9525 §2 has clients look for names in
// the subjectAltName alone, and a CommonName ends at 64 characters.
func subject(commonName string) pkix.Name {
	return pkix.Name{Organization: []string{"smtpspec"}, CommonName: commonName}
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func newLeafKey(template *x509.Certificate) (*ecdsa.PrivateKey, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	template.SubjectKeyId, err = keyID(&key.PublicKey)
	return key, err
}

// keyID is method 1 of RFC 7093 §2. Go fills in the identifier of a CA only,
// and strict verifiers want one on a leaf too.
func keyID(key *ecdsa.PublicKey) ([]byte, error) {
	point, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(point)
	return sum[:20], nil
}

// sign leaves the serial number to crypto/x509: 20 octets, random.
func sign(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) (tls.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("harness: certificate for %q: %w", template.DNSNames, err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("harness: certificate for %q: %w", template.DNSNames, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: signed}, nil
}
