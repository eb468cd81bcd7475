package guard

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"github.com/smtpspec/smtpspec/harness/web/problem"
	"golang.org/x/crypto/bcrypt"
)

// Auth knows users and tokens. ReadAuth makes one. It is safe for concurrent
// use.
type Auth struct {
	users  map[string]user
	tokens []token
	cost   int      // the highest of bcrypt among the users
	dummy  []byte   // what the password of an unknown user is compared with
	key    [32]byte // of the memory of good passwords
	busy   chan struct{}

	mu   sync.Mutex // guards good
	good map[string][sha256.Size]byte
}

type user struct {
	role Role
	hash []byte
}

type token struct {
	name string
	role Role
	sum  [sha256.Size]byte
}

const (
	maxCost     = 14 // of bcrypt; about a second
	maxCompared = 2  // passwords at a time, so that guessing leaves a core to others
)

func (a *Auth) start() error {
	rand.Read(a.key[:])
	a.good = map[string][sha256.Size]byte{}
	a.busy = make(chan struct{}, maxCompared)
	var err error
	a.dummy, err = bcrypt.GenerateFromPassword([]byte(rand.Text()), max(a.cost, bcrypt.MinCost))
	return err
}

// who returns the name and the role of whoever sent a request.
func (a *Auth) who(r *http.Request) (name string, role Role, ok bool) {
	if scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return a.byToken(strings.TrimSpace(value))
	}
	if name, password, given := r.BasicAuth(); given {
		role, ok = a.byPassword(r.Context(), name, password)
		return name, role, ok
	}
	return "", Anybody, false
}

// byToken compares with every token, so that the time says nothing.
func (a *Auth) byToken(value string) (name string, role Role, ok bool) {
	sum := sha256.Sum256([]byte(value))
	for _, t := range a.tokens {
		if subtle.ConstantTimeCompare(sum[:], t.sum[:]) == 1 {
			name, role, ok = t.name, t.role, true
		}
	}
	return name, role, ok
}

// byPassword takes as long for an unknown user as for a known one. A password
// that was good is remembered under a key of this process: bcrypt for each
// request would be slower than all the rest of it.
func (a *Auth) byPassword(ctx context.Context, name, password string) (Role, bool) {
	u, known := a.users[name]
	mac := hmac.New(sha256.New, a.key[:])
	mac.Write([]byte(name + "\x00" + password))
	sum := [sha256.Size]byte(mac.Sum(nil))
	if known && a.remembers(name, sum) {
		return u.role, true
	}
	hash := a.dummy
	if known {
		hash = u.hash
	}
	select {
	case a.busy <- struct{}{}:
		defer func() { <-a.busy }()
	case <-ctx.Done():
		return Anybody, false
	}
	if bcrypt.CompareHashAndPassword(hash, []byte(password)) != nil || !known {
		return Anybody, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.good[name] = sum
	return u.role, true
}

func (a *Auth) remembers(name string, sum [sha256.Size]byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.good[name]
	return ok && subtle.ConstantTimeCompare(known[:], sum[:]) == 1
}

type callerKey struct{}

// Caller returns the name of whoever signed in, "" for nobody.
func Caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// signIn returns the request with its caller, or why it may not be answered.
func (g *Guard) signIn(r *http.Request) (*http.Request, *problem.Problem) {
	need := g.need(r)
	if g.auth == nil || need == Anybody {
		return r, nil
	}
	name, role, ok := g.auth.who(r)
	switch {
	case !ok:
		return r, problem.New(http.StatusUnauthorized, "sign in with a user and password, or a token behind Bearer")
	case role < need:
		return r, problem.New(http.StatusForbidden, "that needs the role %s, and you have %s", need, role)
	}
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, name)), nil
}
