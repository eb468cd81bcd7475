package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// publicKey is what a signature is verified with: an *rsa.PublicKey or an
// ed25519.PublicKey.
type publicKey any

// parseKey reads a public key in PEM, or the text of a key record, RFC 6376
// §3.6.1: "v=DKIM1; k=rsa; p=MIGf…".
func parseKey(text string) (publicKey, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return parseDER(block.Bytes)
	}
	tags, err := parseTags(text)
	if err != nil {
		return nil, fmt.Errorf("the key record: %w", err)
	}
	if v, ok := tags["v"]; ok && v != "DKIM1" {
		return nil, errors.New("the key record is not of version DKIM1")
	}
	if h, ok := tags["h"]; ok && !listHas(h, "sha256") {
		return nil, errors.New("the key record does not allow sha256")
	}
	p, ok := tags["p"]
	switch {
	case !ok:
		return nil, errors.New("the key record has no p=; give its text (v=DKIM1; p=…) or PEM")
	case p == "":
		return nil, errors.New("the key is revoked, its p= is empty")
	}
	return decodeKey(tags["k"], p)
}

func decodeKey(kind, p string) (publicKey, error) {
	der, err := base64.StdEncoding.DecodeString(unspaced(p))
	if err != nil {
		return nil, errors.New("p= of the key record is not base64")
	}
	switch kind {
	case "", "rsa":
		return parseDER(der)
	case "ed25519":
		if len(der) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("an Ed25519 key has %d octets, that of the record has %d", ed25519.PublicKeySize, len(der))
		}
		return ed25519.PublicKey(der), nil
	}
	return nil, fmt.Errorf("nobody knows the key type k=%s", kind)
}

// parseDER reads a SubjectPublicKeyInfo, or the RSAPublicKey that RFC 6376
// §3.6.1 names and few publish.
func parseDER(der []byte) (publicKey, error) {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return nil, errors.New("the key is no public key that can be read")
	}
	return key, nil
}

// verify checks a signature over a hash of header and signature field.
func verify(algorithm string, key publicKey, hash [sha256.Size]byte, signature []byte) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if algorithm != "rsa-sha256" {
			break
		}
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature) != nil {
			return errors.New("the signature does not fit the header and the key")
		}
		return nil
	case ed25519.PublicKey:
		if algorithm != "ed25519-sha256" {
			break
		}
		// The hash is what is signed, RFC 8463 §3.
		if !ed25519.Verify(key, hash[:], signature) {
			return errors.New("the signature does not fit the header and the key")
		}
		return nil
	}
	return fmt.Errorf("the key is not one for %s", algorithm)
}

func listHas(list, want string) bool {
	for item := range strings.SplitSeq(list, ":") {
		if strings.EqualFold(strings.TrimSpace(item), want) {
			return true
		}
	}
	return false
}

// unspaced takes out the white space that may fold a value.
func unspaced(s string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s)
}
