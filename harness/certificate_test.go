package harness

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/wire"
)

const testHost = "mx.harness.test"

// leafNames are all the names of a leaf for testHost.
var leafNames = []string{testHost, "localhost", "127.0.0.1", "127.0.0.2", "::1"}

func mustLeaf(t testing.TB, names ...string) tls.Certificate {
	t.Helper()
	leaf, err := processAuthority().leaf(names...)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// verify checks a certificate as a client would that trusts our CA.
func verify(certificate tls.Certificate, name string) error {
	if net.ParseIP(name) != nil {
		name = "[" + name + "]"
	}
	_, err := certificate.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: processAuthority().pool()})
	return err
}

func TestLeafVerifiesForEachOfItsNames(t *testing.T) {
	leaf := mustLeaf(t, testHost, "relay.harness.test", "192.0.2.1")
	for _, name := range append(leafNames, "relay.harness.test", "192.0.2.1") {
		if err := verify(leaf, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLeafVerifiesForNoOtherName(t *testing.T) {
	leaf := mustLeaf(t, testHost)
	for _, name := range []string{"harness.test", "sub." + testHost, "127.0.0.3"} {
		wantFault[x509.HostnameError](t, verify(leaf, name))
	}
}

func TestLeafNamesEachHostOnce(t *testing.T) {
	leaf := mustLeaf(t, "localhost", "127.0.0.1").Leaf
	if len(leaf.DNSNames) != 1 || len(leaf.IPAddresses) != 3 {
		t.Errorf("names %v and addresses %v", leaf.DNSNames, leaf.IPAddresses)
	}
}

func TestLeafRefusesANameThatIsNotASCII(t *testing.T) {
	if _, err := processAuthority().leaf("шуудан.mn"); err == nil {
		t.Error("no error for a name that a certificate cannot hold")
	}
}

func TestLeafLifetime(t *testing.T) {
	before := time.Now().Add(-time.Second)
	leaf := mustLeaf(t, testHost).Leaf
	if early := before.Sub(leaf.NotBefore); early < 59*time.Minute || early > 61*time.Minute {
		t.Errorf("valid from %v before its making", early)
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 397*day {
		t.Errorf("valid for %v", life)
	}
}

func TestLeavesShareNothing(t *testing.T) {
	first, second := mustLeaf(t, testHost).Leaf, mustLeaf(t, testHost).Leaf
	if first.SerialNumber.Cmp(second.SerialNumber) == 0 {
		t.Error("two leaves have one serial number")
	}
	if first.SerialNumber.BitLen() < 100 {
		t.Errorf("serial number %v is short", first.SerialNumber)
	}
	if slices.Equal(first.SubjectKeyId, second.SubjectKeyId) {
		t.Error("two leaves have one key")
	}
}

func TestLeafNamesItsIssuersKey(t *testing.T) {
	leaf, ca := mustLeaf(t, testHost).Leaf, processAuthority().certificate
	if len(leaf.SubjectKeyId) != 20 || !slices.Equal(leaf.AuthorityKeyId, ca.SubjectKeyId) {
		t.Errorf("subject key %x, authority key %x, the CA's %x", leaf.SubjectKeyId, leaf.AuthorityKeyId, ca.SubjectKeyId)
	}
}

func TestProcessAuthorityIsOne(t *testing.T) {
	other := make(chan *authority, 1)
	go func() { other <- processAuthority() }()
	if processAuthority() != <-other {
		t.Error("two authorities in one process")
	}
}

func TestAuthorityPEM(t *testing.T) {
	block, rest := pem.Decode(processAuthority().pem())
	if block == nil || len(rest) > 0 || block.Type != "CERTIFICATE" {
		t.Fatalf("not one certificate: %v and %q", block, rest)
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !ca.Equal(processAuthority().certificate) {
		t.Errorf("another certificate: %v", err)
	}
}

// OpenSSL reads the standards more strictly than crypto/x509 does, and is what
// most clients in other languages link.
func TestLeafSatisfiesOpenSSL(t *testing.T) {
	leaf := mustLeaf(t, testHost)
	if err := verify(leaf, testHost); err != nil {
		t.Fatal(err)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Log("openssl is not installed: crypto/x509 alone has judged")
		return
	}
	for _, name := range leafNames {
		if out, err := opensslVerify(t, openssl, leaf, name); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	if out, err := opensslVerify(t, openssl, leaf, "other.test"); err == nil {
		t.Errorf("another name passes: %s", out)
	}
}

func opensslVerify(t *testing.T, openssl string, leaf tls.Certificate, name string) (string, error) {
	t.Helper()
	ca := writeFile(t, "ca.pem", processAuthority().pem())
	leafFile := writeFile(t, "leaf.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Leaf.Raw}))
	check := "-verify_hostname"
	if net.ParseIP(name) != nil {
		check = "-verify_ip"
	}
	out, err := exec.Command(openssl, "verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslserver",
		"-no-CAfile", "-no-CApath", "-trusted", ca, check, name, leafFile).CombinedOutput()
	return string(out), err
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLeafInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := handshake(t, mustLeaf(t, testHost)); err != nil {
			t.Errorf("in %v: %v", time.Now(), err)
		}
	})
}

func TestLeafInRealTime(t *testing.T) {
	if err := handshake(t, mustLeaf(t, testHost)); err != nil {
		t.Error(err)
	}
}

// handshake returns what a client that trusts our CA says of the certificate.
func handshake(t *testing.T, certificate tls.Certificate) error {
	t.Helper()
	network := wire.NewMemory(testHost)
	defer network.Close()
	var served sync.WaitGroup
	defer served.Wait()
	served.Go(func() { serveHandshake(network, certificate) })

	conn, err := network.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return tls.Client(conn, &tls.Config{ServerName: testHost, RootCAs: processAuthority().pool()}).Handshake()
}

func serveHandshake(network net.Listener, certificate tls.Certificate) {
	conn, err := network.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
}

func TestAuthorityHoldsBothClocks(t *testing.T) {
	ca := processAuthority().certificate
	bubble := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, now := range []time.Time{bubble.Add(-60 * day), bubble.AddDate(99, 0, 0)} {
		if now.Before(ca.NotBefore) || now.After(ca.NotAfter) {
			t.Errorf("%v is outside %v to %v", now, ca.NotBefore, ca.NotAfter)
		}
	}
	if !strings.HasPrefix(ca.Subject.CommonName, "smtpspec test CA ") {
		t.Errorf("the CA calls itself %q", ca.Subject.CommonName)
	}
}

func BenchmarkLeaf(b *testing.B) {
	authority := processAuthority()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.leaf(testHost); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthority(b *testing.B) {
	for b.Loop() {
		if _, err := newAuthority(); err != nil {
			b.Fatal(err)
		}
	}
}
