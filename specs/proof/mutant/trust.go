package mutant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"sync"
	"time"
)

// innerName is the server that sender's TLS is made to trust.
const innerName = "layer.test"

// identity is the certificate of the ending, made once. It holds for any clock.
var identity = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("no key for the layer: " + err.Error())
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{innerName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		panic("no certificate for the layer: " + err.Error())
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic("no certificate for the layer: " + err.Error())
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
})

func serving() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{identity()}, MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true}
}

// trusting is the configuration of sender's own TLS. The server is verified, or
// not, by the layer's; a job that asks for no verification has none here either,
// so that sender knows it, while a mutant that leaves it out deceives itself.
func trusting(outer *tls.Config, deceived bool) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(identity().Leaf)
	c := &tls.Config{RootCAs: roots, ServerName: innerName, MinVersion: tls.VersionTLS13}
	c.InsecureSkipVerify = outer != nil && outer.InsecureSkipVerify && !deceived
	return c
}
