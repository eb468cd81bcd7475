package dkim_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/mailmatch/internal/dkim"
)

// The message and the keys of RFC 8463, Appendix A.
const (
	sample = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`
	brisbane = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
	test     = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR" +
		"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC" +
		"DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3" +
		"Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// check returns what is wrong with the nth signature, "" if nothing is.
func check(raw string, n int, key string) string {
	all := dkim.Signatures([]byte(raw))
	if len(all) <= n {
		return "not there"
	}
	err := all[n].Check(time.Unix(1528637909, 0))
	if err == nil && key != "" {
		err = all[n].Verify(key)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestSampleOfTheRFC(t *testing.T) {
	raw := crlf(sample)
	expect(t, "ed25519", check(raw, 0, brisbane), "")
	expect(t, "rsa", check(raw, 1, test), "")
	expect(t, "other key", check(raw, 1, brisbane), "the key is not one for rsa-sha256")
	expect(t, "changed body", check(strings.Replace(raw, "Joe.", "Jim.", 1), 1, ""), "the body is not the one that was signed")
	expect(t, "changed subject", check(strings.Replace(raw, "dinner", "supper", 1), 1, test), "the signature does not fit the header and the key")
	expect(t, "changed subject, ed25519", check(strings.Replace(raw, "dinner", "supper", 1), 0, brisbane), "the signature does not fit the header and the key")
	// RFC 6376 §3.4: what relaxed canonicalization may lose on the way.
	folded := strings.Replace(raw, "Subject: Is dinner", "SUBJECT :\r\n\tIs  dinner", 1)
	expect(t, "folded on the way", check(folded, 0, brisbane), "")
	expect(t, "blanks and lines at the end", check(strings.Replace(raw, "Joe.", "Joe. \t", 1)+"\r\n\r\n", 0, brisbane), "")
	// h= names From twice, so a second From breaks the signature.
	second := strings.Replace(raw, "To: Suzie", "From: eve@example.com\r\nTo: Suzie", 1)
	expect(t, "second From", check(second, 0, brisbane), "the signature does not fit the header and the key")
}

func TestKeys(t *testing.T) {
	raw := crlf(sample)
	for key, want := range map[string]string{
		"v=DKIM1; p=":                           "the key is revoked, its p= is empty",
		"v=DKIM1; k=rsa":                        "the key record has no p=; give its text (v=DKIM1; p=…) or PEM",
		"v=DKIM2; p=AA==":                       "the key record is not of version DKIM1",
		"v=DKIM1; h=sha1; p=AA==":               "the key record does not allow sha256",
		"v=DKIM1; k=dsa; p=AA==":                "nobody knows the key type k=dsa",
		"v=DKIM1; k=ed25519; p=AA==":            "an Ed25519 key has 32 octets, that of the record has 1",
		"v=DKIM1; p=!":                          "p= of the key record is not base64",
		"v=DKIM1; p=AA==":                       "the key is no public key that can be read",
		"garbage":                               `the key record: "garbage" is no tag=value`,
		"v=DKIM1; v=DKIM1; p=AA==":              "the key record: v= comes twice",
		strings.ReplaceAll(test, "=", "=\r\n "): "",
	} {
		expect(t, key, check(raw, 1, key), want)
	}
}

func TestFieldsThatAreNoSignature(t *testing.T) {
	const good = "v=1; a=rsa-sha256; d=example.mn; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AA==; c=relaxed/relaxed"
	for field, want := range map[string]string{
		good:                                   "",
		strings.Replace(good, "v=1", "v=2", 1): `version "2" is not 1`,
		strings.Replace(good, "rsa-sha256", "rsa-sha1", 1):    "rsa-sha1 must not be used any more, RFC 8301 §3.1",
		strings.Replace(good, "rsa-sha256", "dsa", 1):         `nobody knows the algorithm "dsa"`,
		strings.Replace(good, "h=from", "h=to", 1):            "h= does not cover From, RFC 6376 §5.4",
		strings.Replace(good, "d=example.mn; ", "", 1):        "d= is missing",
		good + "; i=bat@example.com":                          "i= is not within d=example.mn",
		good + "; i=bat@mail.Example.mn":                      "",
		good + "; x=1":                                        "it has expired, x=1",
		good + "; l=5":                                        "the body has 0 octets, l=5 are signed",
		good + "; l=0":                                        "",
		good + "; nothing":                                    `"nothing" is no tag=value`,
		strings.Replace(good, "relaxed/relaxed", "nowsp", 1):  "nobody knows the canonicalization c=nowsp",
		strings.Replace(good, "47DE", "!", 1):                 "bh= is not base64",
		strings.Replace(good, "relaxed/relaxed", "simple", 1): "the body is not the one that was signed",
	} {
		expect(t, field, check("DKIM-Signature: "+field+"\r\nFrom: a@example.mn\r\n\r\n", 0, ""), want)
	}
}

// TestSimple signs by hand what simple canonicalization leaves as it is.
func TestSimple(t *testing.T) {
	const from, body = "From:  Бат <bat@example.mn>\r\n", "Сайн  уу \r\n\r\n"
	hash := sha256.Sum256([]byte("Сайн  уу \r\n"))
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	for algorithm, key := range map[string]crypto.Signer{"rsa-sha256": rsaKey, "ed25519-sha256": edKey} {
		field := "DKIM-Signature: v=1; a=" + algorithm + "; d=example.mn; s=s; h=From:Subject; b=; bh=" + base64.StdEncoding.EncodeToString(hash[:])
		digest, hashing := sha256.Sum256([]byte(from+field)), crypto.SHA256
		if algorithm == "ed25519-sha256" {
			hashing = 0
		}
		signature, err := key.Sign(rand.Reader, digest[:], hashing)
		if err != nil {
			t.Fatal(err)
		}
		raw := strings.Replace(field, "b=;", "b="+base64.StdEncoding.EncodeToString(signature)+";", 1) + "\r\n" + from + "\r\n" + body
		der, _ := x509.MarshalPKIXPublicKey(key.Public())
		expect(t, algorithm, check(raw, 0, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))), "")
		expect(t, algorithm+", blank lost", check(strings.Replace(raw, "From:  ", "From: ", 1), 0, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))),
			"the signature does not fit the header and the key")
	}
}

func TestSignaturesThatAreMany(t *testing.T) {
	raw := strings.Repeat("DKIM-Signature: x\r\n", 1000) + "From: a@example.mn"
	if n := len(dkim.Signatures([]byte(raw))); n != 20 {
		t.Errorf("got %d signatures, want 20", n)
	}
}

// FuzzSignatures asks that no message and no key bring the verifier down.
func FuzzSignatures(f *testing.F) {
	f.Add([]byte(crlf(sample)), test)
	f.Add([]byte("DKIM-Signature:b=;;=\r\n \r\n\n"), "p=;k")
	f.Add([]byte(" \r\nDKIM-Signature"), "-----BEGIN X-----\n-----END X-----")
	f.Fuzz(func(t *testing.T, raw []byte, key string) {
		for _, s := range dkim.Signatures(raw) {
			s.Check(time.Unix(0, 0))
			s.Verify(key)
		}
	})
}
