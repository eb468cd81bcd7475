package dkim

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Signature is one DKIM-Signature field of a message, RFC 6376 §3.5.
type Signature struct {
	Domain   string // d=; "" if the field cannot be read
	Selector string // s=

	field  int // index into fields
	fields []string
	body   []byte
	tags   map[string]string
	err    error // why the field cannot be read
}

// maxSignatures is how many signatures of one message are looked at: each costs
// a hash of the whole body. RFC 6376 §6.1 leaves the number to the verifier.
const maxSignatures = 20

// Signatures returns the signatures of a message in the order of their fields,
// those that cannot be read too, but no more than 20.
func Signatures(raw []byte) []*Signature {
	fields, body := split(raw)
	var all []*Signature
	for i, f := range fields {
		if nameOf(f) != "dkim-signature" || len(all) == maxSignatures {
			continue
		}
		_, value, _ := strings.Cut(f, ":")
		s := &Signature{field: i, fields: fields, body: body}
		s.tags, s.err = parseTags(value)
		s.Domain, s.Selector = s.tags["d"], s.tags["s"]
		if s.err == nil {
			s.err = s.validate()
		}
		all = append(all, s)
	}
	return all
}

// parseTags reads a tag-list, RFC 6376 §3.2. White space in a value stays.
func parseTags(list string) (map[string]string, error) {
	tags := map[string]string{}
	for item := range strings.SplitSeq(list, ";") {
		name, value, ok := strings.Cut(item, "=")
		name = strings.TrimSpace(name)
		switch _, again := tags[name]; {
		case strings.TrimSpace(item) == "":
			continue
		case !ok || name == "":
			return tags, fmt.Errorf("%q is no tag=value", strings.TrimSpace(item))
		case again:
			return tags, fmt.Errorf("%s= comes twice", name)
		}
		tags[name] = strings.TrimSpace(value)
	}
	return tags, nil
}

func (s *Signature) validate() error {
	for _, name := range []string{"v", "a", "b", "bh", "d", "h", "s"} {
		if s.tags[name] == "" {
			return fmt.Errorf("%s= is missing", name)
		}
	}
	if s.tags["v"] != "1" {
		return fmt.Errorf("version %q is not 1", s.tags["v"])
	}
	switch a := s.tags["a"]; a {
	case "rsa-sha256", "ed25519-sha256":
	case "rsa-sha1":
		return errors.New("rsa-sha1 must not be used any more, RFC 8301 §3.1")
	default:
		return fmt.Errorf("nobody knows the algorithm %q", a)
	}
	if !listHas(s.tags["h"], "from") {
		return errors.New("h= does not cover From, RFC 6376 §5.4")
	}
	return s.validateIdentity()
}

// validateIdentity asks that i= belongs to d=, RFC 6376 §3.5.
func (s *Signature) validateIdentity() error {
	identity, ok := s.tags["i"]
	if !ok {
		return nil
	}
	_, domain, _ := strings.Cut(identity, "@")
	domain, own := strings.ToLower(domain), strings.ToLower(s.Domain)
	if domain != own && !strings.HasSuffix(domain, "."+own) {
		return fmt.Errorf("i= is not within d=%s", s.Domain)
	}
	return nil
}

// Check verifies what needs no key: that the field can be read, that it had not
// expired at a time, and that the body is the one that was signed.
func (s *Signature) Check(at time.Time) error {
	if s.err != nil {
		return s.err
	}
	if x, ok := s.tags["x"]; ok && !at.IsZero() {
		seconds, err := strconv.ParseInt(x, 10, 64)
		if err != nil || at.Unix() > seconds {
			return fmt.Errorf("it has expired, x=%s", x)
		}
	}
	return s.checkBody()
}

func (s *Signature) checkBody() error {
	_, relaxed, err := s.canonicalization()
	if err != nil {
		return err
	}
	body := canonicalBody(s.body, relaxed)
	if l, ok := s.tags["l"]; ok {
		n, err := strconv.Atoi(l)
		if err != nil || n < 0 || n > len(body) {
			return fmt.Errorf("the body has %d octets, l=%s are signed", len(body), l)
		}
		body = body[:n]
	}
	want, err := base64.StdEncoding.DecodeString(unspaced(s.tags["bh"]))
	if err != nil {
		return errors.New("bh= is not base64")
	}
	if hash := sha256.Sum256(body); !bytes.Equal(hash[:], want) {
		return errors.New("the body is not the one that was signed")
	}
	return nil
}

// canonicalization reads c=, RFC 6376 §3.5: header, body, "simple" where
// nothing is said.
func (s *Signature) canonicalization() (header, body bool, err error) {
	h, b, _ := strings.Cut(s.tags["c"], "/")
	relaxed := map[string]bool{"": false, "simple": false, "relaxed": true}
	header, known := relaxed[h]
	body, alsoKnown := relaxed[b]
	if !known || !alsoKnown {
		return false, false, fmt.Errorf("nobody knows the canonicalization c=%s", s.tags["c"])
	}
	return header, body, nil
}

// Verify checks the signature itself with a key: the text of a key record, or
// a public key in PEM. It comes after Check.
func (s *Signature) Verify(key string) error {
	public, err := parseKey(key)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(unspaced(s.tags["b"]))
	if err != nil {
		return errors.New("b= is not base64")
	}
	relaxed, _, err := s.canonicalization()
	if err != nil {
		return err
	}
	return verify(s.tags["a"], public, sha256.Sum256([]byte(s.signed(relaxed))), signature)
}

// signed returns the header octets that are signed, RFC 6376 §3.7: the fields
// that h= names, each name taking the last one that is left, and the signature
// field itself without its signature and without its line end.
func (s *Signature) signed(relaxed bool) string {
	left := map[string][]string{}
	for i, f := range s.fields {
		if i != s.field {
			left[nameOf(f)] = append(left[nameOf(f)], f)
		}
	}
	var b strings.Builder
	for name := range strings.SplitSeq(s.tags["h"], ":") {
		name = strings.ToLower(strings.TrimSpace(name))
		if n := len(left[name]); n > 0 {
			b.WriteString(canonicalField(left[name][n-1], relaxed))
			left[name] = left[name][:n-1]
		}
	}
	own := canonicalField(withoutSignature(s.fields[s.field]), relaxed)
	return b.String() + strings.TrimRight(own, "\r\n")
}

// withoutSignature empties the tag b= of a signature field.
func withoutSignature(field string) string {
	name, value, _ := strings.Cut(field, ":")
	items := strings.Split(value, ";")
	for i, item := range items {
		tag, _, ok := strings.Cut(item, "=")
		if ok && strings.TrimSpace(tag) == "b" {
			items[i] = tag + "="
		}
	}
	return name + ":" + strings.Join(items, ";")
}
