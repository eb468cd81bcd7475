package record

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
)

// AuthAttempt is one AUTH exchange that came to a decision, RFC 4954. Its
// secret is not part of the record unless the server was told to keep it.
type AuthAttempt struct {
	Mechanism string
	Identity  string // authorization identity, RFC 4616; "" if the client gave none
	Username  string
	OK        bool
	Initial   bool // the AUTH command carried an initial response

	secret    string // a password, or the digest that stands for it
	challenge string // what CRAM-MD5 signed; "" for mechanisms that send the password
}

// NewAuthAttempt returns an attempt with its secret: the password, or, if
// challenge is not empty, the hexadecimal digest of CRAM-MD5 (RFC 2195) over
// that challenge.
func NewAuthAttempt(mechanism, identity, username, secret, challenge string) AuthAttempt {
	return AuthAttempt{Mechanism: mechanism, Identity: identity, Username: username, secret: secret, challenge: challenge}
}

// Password returns the password that the client sent: for a decision while it
// is made, and later only if the server records secrets. It is "" for
// mechanisms that do not send one.
func (a AuthAttempt) Password() string {
	if a.challenge != "" {
		return ""
	}
	return a.secret
}

// Proves says that the client showed that it knows password, whatever the
// mechanism.
func (a AuthAttempt) Proves(password string) bool {
	want := password
	if a.challenge != "" {
		mac := hmac.New(md5.New, []byte(password))
		mac.Write([]byte(a.challenge))
		want = hex.EncodeToString(mac.Sum(nil))
	}
	return hmac.Equal([]byte(want), []byte(a.secret))
}

// Masked returns the attempt without its secret.
func (a AuthAttempt) Masked() AuthAttempt {
	a.secret, a.challenge = "", ""
	return a
}
