package mutant

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"
)

// verifying makes a TLS whose verification is that of crypto/tls, but for what
// relax changes of it. The first of chain is the server's own.
func verifying(relax func(o *x509.VerifyOptions, chain []*x509.Certificate)) func(*tls.Config) {
	return func(c *tls.Config) {
		name, roots := c.ServerName, c.RootCAs
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(state tls.ConnectionState) error {
			chain := state.PeerCertificates
			if len(chain) == 0 {
				return errors.New("no certificate")
			}
			o := x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: x509.NewCertPool()}
			for _, cert := range chain[1:] {
				o.Intermediates.AddCert(cert)
			}
			relax(&o, chain)
			_, err := chain[0].Verify(o)
			return err
		}
	}
}

func whenExpired(o *x509.VerifyOptions, chain []*x509.Certificate) {
	if time.Now().After(chain[0].NotAfter) {
		o.CurrentTime = chain[0].NotAfter.Add(-time.Second)
	}
}

func beforeBegin(o *x509.VerifyOptions, chain []*x509.Certificate) {
	if time.Now().Before(chain[0].NotBefore) {
		o.CurrentTime = chain[0].NotBefore.Add(time.Second)
	}
}

func anyName(o *x509.VerifyOptions, _ []*x509.Certificate) { o.DNSName = "" }

func anyUsage(o *x509.VerifyOptions, _ []*x509.Certificate) {
	o.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
}

func selfSigned(o *x509.VerifyOptions, chain []*x509.Certificate) {
	if bytes.Equal(chain[0].RawIssuer, chain[0].RawSubject) {
		o.Roots = x509.NewCertPool()
		o.Roots.AddCert(chain[0])
	}
}

// anyRoot trusts the end of a chain, but for a certificate that signs itself.
func anyRoot(o *x509.VerifyOptions, chain []*x509.Certificate) {
	if !bytes.Equal(chain[0].RawIssuer, chain[0].RawSubject) {
		o.Roots = x509.NewCertPool()
		o.Roots.AddCert(chain[len(chain)-1])
	}
}

// withoutSNI verifies the name and does not send it: an address is no SNI.
func withoutSNI(c *tls.Config) {
	name := c.ServerName
	verifying(func(o *x509.VerifyOptions, _ []*x509.Certificate) { o.DNSName = name })(c)
	if net.ParseIP(name) == nil {
		c.ServerName = "127.0.0.1"
	}
}
