package sender

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority is a CA that makes certificates for a test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

var testCA = sync.OnceValue(func() *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &authority{key, cert}
})

// server returns a configuration with a leaf that change may spoil.
func (a *authority) server(t testing.TB, change func(*x509.Certificate)) *tls.Config {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"mx.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if change != nil {
		change(leaf)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}}
}

func (a *authority) client() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func secure(mode Security) func(*Options) {
	return func(o *Options) {
		o.Security = mode
		o.TLSConfig = testCA().client()
	}
}

func TestTLSModes(t *testing.T) {
	for _, mode := range []Security{Opportunistic, STARTTLS, ImplicitTLS} {
		s := &script{
			tls: testCA().server(t, nil), implicit: mode == ImplicitTLS,
			ehlo: []string{"starttls", "SIZE 1000", "8BITMIME", "DSN"}, ehloTLS: []string{"HELP", "STARTTLS"},
		}
		if _, err := s.mail(t, secure(mode)); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
		said := strings.Join(s.said(), "|")
		want := "EHLO client.test|MAIL FROM:<alice@example.org>|RCPT TO:<bat@example.net>|DATA|QUIT"
		if mode != ImplicitTLS {
			want = "EHLO client.test|STARTTLS|" + want
		}
		if said != want {
			t.Errorf("%v: said %s", mode, said)
		}
	}
}

func TestTLSRequired(t *testing.T) {
	tests := map[string]*script{
		"not offered":  {},
		"454":          {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "454 no\r\n"}},
		"501":          {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "501 no\r\n"}},
		"354":          {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "354 no\r\n"}},
		"250":          {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "250 ok\r\n"}},
		"421":          {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "421 no\r\n" + drop}},
		"drop":         {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": drop}},
		"220 drop":     {ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "220 go\r\n" + drop}},
		"not an offer": {ehlo: []string{"XSTARTTLS"}},
	}
	for name, s := range tests {
		_, err := s.mail(t, secure(STARTTLS))
		if err == nil || s.heard("MAIL") {
			t.Errorf("%s: %v, said %q", name, err, s.said())
		}
		temp := name == "454" || name == "421" || strings.HasSuffix(name, "drop")
		if temporary(err) != temp {
			t.Errorf("%s: temporary is %v: %v", name, !temp, err)
		}
	}
}

func TestOpportunisticGoesOnInTheClear(t *testing.T) {
	s := &script{ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "454 no\r\n"}}
	if _, err := s.mail(t, secure(Opportunistic)); err != nil {
		t.Error(err)
	}
}

func TestFirstLineOfferIsNone(t *testing.T) {
	s := &script{replies: map[string]string{"EHLO": "250-STARTTLS is my name\r\n250 HELP\r\n"}}
	if _, err := s.mail(t, secure(Opportunistic)); err != nil || s.heard("STARTTLS") {
		t.Error(err, s.said())
	}
}

func TestPlaintextBehindSTARTTLS(t *testing.T) {
	for _, extra := range []string{"250-evil\r\n250 INJECTED\r\n", "250-x 8BITMIME SIZE 1000000 DSN "} {
		s := &script{ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "220 go\r\n" + extra + silent}}
		_, err := s.mail(t, secure(Opportunistic))
		var p *ProtocolError
		if !errors.As(err, &p) || s.heard("MAIL") || temporary(err) {
			t.Errorf("error %v", err)
		}
	}
	s := &script{ehlo: []string{"STARTTLS"}, replies: map[string]string{
		"STARTTLS": "454 no\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n",
	}}
	if _, err := s.mail(t, secure(Opportunistic)); err == nil || s.heard("MAIL") {
		t.Errorf("error %v, said %q", err, s.said())
	}
}

func TestBadCertificates(t *testing.T) {
	spoil := map[string]func(*x509.Certificate){
		"expired":   func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) },
		"wronghost": func(c *x509.Certificate) { c.DNSNames = []string{"other.test"} },
		"cn-only":   func(c *x509.Certificate) { c.DNSNames = nil; c.Subject.CommonName = "mx.test" },
		"eku":       func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
	}
	for name, change := range spoil {
		for _, mode := range []Security{Opportunistic, STARTTLS, ImplicitTLS} {
			s := &script{tls: testCA().server(t, change), implicit: mode == ImplicitTLS, ehlo: []string{"STARTTLS", "AUTH PLAIN"}}
			_, err := s.mail(t, func(o *Options) {
				secure(mode)(o)
				o.Auth = &Auth{Username: "bat", Password: "sesame"}
			})
			var cert *tls.CertificateVerificationError
			if !errors.As(err, &cert) || temporary(err) || s.heard("MAIL") || s.heard("AUTH") {
				t.Errorf("%s, %v: %v", name, mode, err)
			}
		}
	}
}

func TestTLSVersions(t *testing.T) {
	for version, good := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		config := testCA().server(t, nil)
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
		s := &script{tls: config, ehlo: []string{"STARTTLS"}}
		if _, err := s.mail(t, secure(STARTTLS)); (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestPlainServerOnTLSPort(t *testing.T) {
	s := &script{}
	_, err := s.mail(t, func(o *Options) {
		secure(ImplicitTLS)(o)
		o.Dialer = s.overTCP(t)
	})
	var p *ProtocolError
	if !errors.As(err, &p) || len(s.said()) > 0 && s.heard("EHLO") {
		t.Errorf("%v, said %q", err, s.said())
	}
}

func TestRequireTLS(t *testing.T) {
	env := Envelope{From: alice, To: To(bat), Options: MailOptions{RequireTLS: true}}
	for _, test := range []struct {
		inside []string
		mode   Security
		verify bool
		want   error
	}{
		{[]string{"REQUIRETLS"}, STARTTLS, true, nil},
		{[]string{"HELP"}, STARTTLS, true, ErrNotOffered},
		{[]string{"REQUIRETLS"}, STARTTLS, false, ErrInsecure},
		{nil, Plain, true, ErrInsecure},
	} {
		s := &script{tls: testCA().server(t, nil), ehlo: []string{"STARTTLS", "REQUIRETLS"}, ehloTLS: test.inside}
		opts := s.options(t)
		secure(test.mode)(opts)
		opts.TLSConfig.InsecureSkipVerify = !test.verify
		c, err := Dial(t.Context(), "mx.test:25", opts)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), env, []byte(hello))
		if !errors.Is(err, test.want) || test.want != nil && s.heard("MAIL") {
			t.Errorf("%+v: %v, said %q", test, err, s.said())
		}
		if test.want == nil && !s.heard("MAIL FROM:<alice@example.org> REQUIRETLS") {
			t.Errorf("said %q", s.said())
		}
		if err := c.Quit(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
