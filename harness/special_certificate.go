package harness

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// SignCertificate makes a certificate out of the ordinary for WithCertificate:
// names that do not fit, another use, one that signs others. It has what template
// says, a key of its own, and the signature of issuer or, if that is nil, of the
// CA that CA returns. A zero NotAfter means the days of an ordinary certificate,
// and an empty Subject its subject. Only the certificate itself is in the chain
// that a server shows.
func SignCertificate(template *x509.Certificate, issuer *tls.Certificate) (tls.Certificate, error) {
	ordinary, t := leafTemplate(nil), *template
	if t.NotAfter.IsZero() {
		t.NotBefore, t.NotAfter = ordinary.NotBefore, ordinary.NotAfter
	}
	if len(t.Subject.ToRDNSequence()) == 0 {
		t.Subject = ordinary.Subject
	}
	t.KeyUsage = cmp.Or(t.KeyUsage, ordinary.KeyUsage)
	t.BasicConstraintsValid = true
	if issuer == nil {
		return processAuthority().issue(&t)
	}
	key, ok := issuer.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || issuer.Leaf == nil {
		return tls.Certificate{}, fmt.Errorf("harness: the issuer is no certificate of SignCertificate")
	}
	return (&authority{certificate: issuer.Leaf, key: key}).issue(&t)
}
