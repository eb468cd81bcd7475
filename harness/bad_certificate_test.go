package harness

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func mustBad(t *testing.T, fault BadCertificate) tls.Certificate {
	t.Helper()
	certificate, err := processAuthority().bad(fault, testHost)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// wantFault checks the kind of an error and returns it.
func wantFault[E error](t *testing.T, err error) E {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Errorf("got error %v, want a %T", err, want)
	}
	return want
}

func wantOutsideValidity(t *testing.T, err error, side string) {
	t.Helper()
	got := wantFault[x509.CertificateInvalidError](t, err)
	if got.Reason != x509.Expired || !strings.Contains(got.Detail, side) {
		t.Errorf("got reason %v, %q; want the time to be %q", got.Reason, got.Detail, side)
	}
}

// badCertificates has each fault with the error it must bring about.
var badCertificates = map[BadCertificate]func(*testing.T, error){
	Expired:     func(t *testing.T, err error) { t.Helper(); wantOutsideValidity(t, err, "is after") },
	NotYetValid: func(t *testing.T, err error) { t.Helper(); wantOutsideValidity(t, err, "is before") },
	WrongName:   func(t *testing.T, err error) { t.Helper(); wantFault[x509.HostnameError](t, err) },
	SelfSigned:  func(t *testing.T, err error) { t.Helper(); wantFault[x509.UnknownAuthorityError](t, err) },
	UnknownCA:   func(t *testing.T, err error) { t.Helper(); wantFault[x509.UnknownAuthorityError](t, err) },
}

func TestBadCertificateFailsVerification(t *testing.T) {
	for fault, wantError := range badCertificates {
		t.Run(fault.String(), func(t *testing.T) {
			wantError(t, verify(mustBad(t, fault), testHost))
		})
	}
}

func TestBadCertificateFailsTheHandshakeInVirtualTime(t *testing.T) {
	for fault, wantError := range badCertificates {
		t.Run(fault.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wantError(t, handshake(t, mustBad(t, fault)))
			})
		})
	}
}

// With its fault excused, each bad certificate is a good one.
func TestBadCertificateHasOneFault(t *testing.T) {
	for fault, excuse := range map[BadCertificate]func(*x509.VerifyOptions, *x509.Certificate){
		Expired:     func(o *x509.VerifyOptions, _ *x509.Certificate) { o.CurrentTime = time.Now().Add(-2 * day) },
		NotYetValid: func(o *x509.VerifyOptions, _ *x509.Certificate) { o.CurrentTime = time.Now().Add(31 * day) },
		WrongName:   func(o *x509.VerifyOptions, _ *x509.Certificate) { o.DNSName = "wrong-name.invalid" },
		SelfSigned:  func(o *x509.VerifyOptions, leaf *x509.Certificate) { o.Roots.AddCert(leaf) },
	} {
		leaf := mustBad(t, fault).Leaf
		options := x509.VerifyOptions{DNSName: testHost, Roots: processAuthority().pool()}
		excuse(&options, leaf)
		if _, err := leaf.Verify(options); err != nil {
			t.Errorf("%v: %v", fault, err)
		}
	}
}

func TestBadCertificateSelfSignedAndUnknownCADiffer(t *testing.T) {
	self, stranger := mustBad(t, SelfSigned).Leaf, mustBad(t, UnknownCA).Leaf
	if err := self.CheckSignature(self.SignatureAlgorithm, self.RawTBSCertificate, self.Signature); err != nil {
		t.Errorf("the self-signed one is not signed with its own key: %v", err)
	}
	if slices.Equal(stranger.RawIssuer, stranger.RawSubject) {
		t.Error("the one from an unknown CA names itself as its issuer")
	}
	if slices.Equal(stranger.AuthorityKeyId, processAuthority().certificate.SubjectKeyId) {
		t.Error("the one from an unknown CA is from ours")
	}
}

func TestBadCertificateKeepsTheServersNames(t *testing.T) {
	for _, fault := range []BadCertificate{Expired, NotYetValid, SelfSigned, UnknownCA} {
		leaf := mustBad(t, fault).Leaf
		if !slices.Contains(leaf.DNSNames, testHost) || len(leaf.IPAddresses) != 3 {
			t.Errorf("%v: names %v and addresses %v", fault, leaf.DNSNames, leaf.IPAddresses)
		}
	}
}

func TestBadCertificateString(t *testing.T) {
	for fault, want := range map[BadCertificate]string{
		Expired: "expired", NotYetValid: "not yet valid", WrongName: "wrong name",
		SelfSigned: "self-signed", UnknownCA: "unknown CA",
		-1: "BadCertificate(-1)", 5: "BadCertificate(5)",
	} {
		if got := fault.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBadCertificateOutOfRange(t *testing.T) {
	_, err := processAuthority().bad(BadCertificate(9), testHost)
	if err == nil || !strings.Contains(err.Error(), "BadCertificate(9)") {
		t.Errorf("got error %v", err)
	}
}
