package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

type user struct{ name, password string }

// WithUser lets a user sign in, and offers AUTH. It may be given several
// times. PLAIN and LOGIN are offered under TLS only, if the server has TLS.
func WithUser(name, password string) Option {
	return optionFunc(func(o *options) { o.users = append(o.users, user{name, password}) })
}

// WithAuth offers AUTH and lets f decide. A Reply as its error is sent as it
// is, any other error is a 535.
func WithAuth(f func(AuthAttempt) error) Option {
	return optionFunc(func(o *options) { o.check = f })
}

// WithMechanisms sets which mechanisms are offered, in this order: CRAM-MD5,
// PLAIN and LOGIN otherwise. The others are SCRAM-SHA-256 and SCRAM-SHA-1, each
// with -PLUS under TLS too, OAUTHBEARER, XOAUTH2, ANONYMOUS, and EXTERNAL for
// clients that show a certificate.
func WithMechanisms(names ...string) Option {
	return optionFunc(func(o *options) { o.mechanisms = names })
}

// AllowPlaintextAuth offers PLAIN and LOGIN without TLS too, on a server that
// has it. RFC 4954 §4 does not want that.
func AllowPlaintextAuth(allow bool) Option {
	return optionFunc(func(o *options) { o.plaintext = &allow })
}

// RequireAuth answers MAIL with 530 until the client has signed in.
func RequireAuth() Option { return optionFunc(func(o *options) { o.cfg.RequireAuth = true }) }

func (o *options) finishAuth() error {
	names, err := mechanismNames(o.mechanisms)
	if err != nil {
		return err
	}
	if o.check == nil && len(o.users) == 0 && !slices.Contains(names, "ANONYMOUS") && !slices.Contains(names, "EXTERNAL") {
		if o.cfg.RequireAuth {
			return fmt.Errorf("harness: RequireAuth() needs WithUser(name, password) or WithAuth(func)")
		}
		return nil
	}
	o.cfg.Auth = &wire.Auth{Mechanisms: names, Plaintext: !o.tls.on, Check: o.check}
	if o.plaintext != nil {
		o.cfg.Auth.Plaintext = *o.plaintext
	}
	if o.check == nil {
		o.cfg.Auth.Check = o.checkUser
	}
	if len(o.users) > 0 {
		o.cfg.Auth.Password = o.password
	}
	return nil
}

// mechanismNames checks the names that a caller gave; without any they are
// those that clients know best.
func mechanismNames(given []string) ([]string, error) {
	if len(given) == 0 {
		return []string{"CRAM-MD5", "PLAIN", "LOGIN"}, nil
	}
	known := wire.Mechanisms()
	var names []string
	for _, m := range given {
		name := strings.ToUpper(m)
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("harness: mechanism %q is not known; use some of %s", m, strings.Join(known, ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

// password looks a user up, for mechanisms that never show a secret.
func (o *options) password(name string) (string, bool) {
	for _, u := range o.users {
		if u.name == name {
			return u.password, true
		}
	}
	return "", false
}

// checkUser decides by the list of users. Whoever may use ANONYMOUS needs no
// secret, and for EXTERNAL the certificate has spoken.
func (o *options) checkUser(a AuthAttempt) error {
	switch a.Mechanism {
	case "ANONYMOUS":
		return nil
	case "EXTERNAL":
		if a.Username != "" && (a.Identity == "" || a.Identity == a.Username) {
			return nil
		}
	}
	for _, u := range o.users {
		if a.Username == u.name && a.Proves(u.password) {
			return nil
		}
	}
	return record.NewReply(535, "5.7.8 Authentication credentials invalid")
}
