package sender

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// scram is SCRAM without channel binding (RFC 5802, RFC 7677).
type scram struct {
	mech      string
	hash      func() hash.Hash
	identity  string
	user      string
	password  string
	nonce     string
	bare      string // client-first-message-bare
	signature []byte // that the server must show
	round     int
	proven    bool
}

// The iteration counts that are taken: RFC 7677 §4 asks for 4096 at least, and
// above the upper bound a server only wants to keep this side busy.
const (
	minIterations = 4096
	maxIterations = 500_000
)

func newScram(name string, a *Auth) *scram {
	s := &scram{mech: name, hash: func() hash.Hash { return sha256.New() }}
	if name == "SCRAM-SHA-1" {
		s.hash = func() hash.Hash { return sha1.New() }
	}
	s.identity, s.user = scramName(a.Identity), scramName(a.Username)
	s.password = prepared(a.Password)
	s.nonce = rand.Text()
	return s
}

// prepared is the part of SASLprep (RFC 4013) that changes strings people type.
func prepared(s string) string {
	if ascii(s) {
		return s
	}
	return norm.NFKC.String(s)
}

func scramName(s string) string {
	return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(prepared(s))
}

func (s *scram) name() string { return s.mech }

func (s *scram) header() string {
	if s.identity == "" {
		return "n,,"
	}
	return "n,a=" + s.identity + ","
}

func (s *scram) initial() []byte {
	s.bare = "n=" + s.user + ",r=" + s.nonce
	return []byte(s.header() + s.bare)
}

func (s *scram) next(challenge []byte) ([]byte, error) {
	s.round++
	switch s.round {
	case 1:
		return s.prove(string(challenge))
	case 2:
		return []byte{}, s.verify(string(challenge))
	}
	return nil, &ProtocolError{"a challenge that SCRAM does not have", ""}
}

// prove answers the server-first-message (RFC 5802 §3).
func (s *scram) prove(first string) ([]byte, error) {
	nonce, salt, iterations, err := s.parseFirst(first)
	if err != nil {
		return nil, err
	}
	salted, err := pbkdf2.Key(s.hash, s.password, salt, iterations, s.hash().Size())
	if err != nil {
		return nil, err
	}
	final := "c=" + base64.StdEncoding.EncodeToString([]byte(s.header())) + ",r=" + nonce
	message := s.bare + "," + first + "," + final
	clientKey := s.mac(salted, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	proof := s.mac(stored.Sum(nil), message)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	s.signature = s.mac(s.mac(salted, "Server Key"), message)
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

func (s *scram) parseFirst(first string) (nonce string, salt []byte, iterations int, err error) {
	fields := strings.Split(first, ",")
	if len(fields) < 3 || !strings.HasPrefix(fields[0], "r=") || !strings.HasPrefix(fields[1], "s=") || !strings.HasPrefix(fields[2], "i=") {
		return "", nil, 0, &ProtocolError{"not a SCRAM challenge", first}
	}
	nonce = fields[0][2:]
	if len(nonce) <= len(s.nonce) || !strings.HasPrefix(nonce, s.nonce) {
		return "", nil, 0, &ProtocolError{"a SCRAM nonce that does not go on from ours", ""}
	}
	salt, err = base64.StdEncoding.DecodeString(fields[1][2:])
	if err != nil || len(salt) == 0 {
		return "", nil, 0, &ProtocolError{"a SCRAM salt that is not base64", ""}
	}
	iterations, err = strconv.Atoi(fields[2][2:])
	if err != nil || iterations < minIterations || iterations > maxIterations {
		what := fmt.Sprintf("a SCRAM iteration count that is not from %d to %d", minIterations, maxIterations)
		return "", nil, 0, &ProtocolError{what, fields[2]}
	}
	return nonce, salt, iterations, nil
}

// verify checks the server's own proof: without it anybody could say 235.
func (s *scram) verify(final string) error {
	field, _, _ := strings.Cut(final, ",")
	if why, ok := strings.CutPrefix(field, "e="); ok {
		return &ProtocolError{"the server ended SCRAM", why}
	}
	value, ok := strings.CutPrefix(field, "v=")
	signature, err := base64.StdEncoding.DecodeString(value)
	if !ok || err != nil || !hmac.Equal(signature, s.signature) {
		return ErrNoGoodServer
	}
	s.proven = true
	return nil
}

func (s *scram) done() error {
	if !s.proven {
		return ErrNoGoodServer
	}
	return nil
}

func (s *scram) mac(key []byte, text string) []byte {
	m := hmac.New(s.hash, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
