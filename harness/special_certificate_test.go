package harness

import (
	"crypto/x509"
	"testing"
)

func TestSignCertificateThroughAnIntermediate(t *testing.T) {
	between, err := SignCertificate(&x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := SignCertificate(&x509.Certificate{DNSNames: []string{testHost}}, &between)
	if err != nil {
		t.Fatal(err)
	}
	options := x509.VerifyOptions{DNSName: testHost, Roots: processAuthority().pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if _, err := leaf.Leaf.Verify(options); err == nil || len(leaf.Certificate) != 1 {
		t.Errorf("the chain is whole without its intermediate: %v", err)
	}
	options.Intermediates = x509.NewCertPool()
	options.Intermediates.AddCert(between.Leaf)
	if _, err := leaf.Leaf.Verify(options); err != nil {
		t.Error(err)
	}
	if leaf.Leaf.NotAfter.IsZero() || leaf.Leaf.Subject.CommonName != "smtpspec test server" {
		t.Errorf("%v until %v", leaf.Leaf.Subject, leaf.Leaf.NotAfter)
	}
}

func TestSignCertificateRefusesAStranger(t *testing.T) {
	stranger, err := selfSigned([]string{testHost})
	if err != nil {
		t.Fatal(err)
	}
	stranger.PrivateKey = nil
	if _, err := SignCertificate(&x509.Certificate{}, &stranger); err == nil {
		t.Error("a certificate without its key has signed another")
	}
}
