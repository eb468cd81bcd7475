package guard

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// ReadAuth reads an auth file. A line is a user with a password, as htpasswd -B
// makes it but with a role between, or a token:
//
//	bat:write:$2y$10$…
//	token:ci:read:9f86d081…
//
// A token stands there as the hexadecimal SHA-256 of its octets. Empty lines
// and lines that begin with # are comments. Roles are read, write and admin. An
// error names the line and never quotes it.
func ReadAuth(r io.Reader) (*Auth, error) {
	a := &Auth{users: map[string]user{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := a.add(strings.Split(line, ":")); err != nil {
			return nil, fmt.Errorf("auth file: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("auth file: %w", err)
	}
	if len(a.users)+len(a.tokens) == 0 {
		return nil, fmt.Errorf("auth file: nobody could sign in; write a line NAME:ROLE:BCRYPT or token:NAME:ROLE:SHA256")
	}
	return a, a.start()
}

func (a *Auth) add(f []string) error {
	switch {
	case len(f) == 4 && f[0] == "token":
		return a.addToken(f[1], f[2], f[3])
	case len(f) == 3 && f[0] != "token":
		return a.addUser(f[0], f[1], f[2])
	}
	return fmt.Errorf("write NAME:ROLE:BCRYPT or token:NAME:ROLE:SHA256")
}

func (a *Auth) addUser(name, roleName, hash string) error {
	role, err := parseRole(roleName)
	if err != nil {
		return err
	}
	cost, err := bcrypt.Cost([]byte(hash))
	switch {
	case name == "":
		return fmt.Errorf("the user has no name")
	case err != nil:
		return fmt.Errorf("not a bcrypt hash; make one with htpasswd -nB NAME")
	case cost > maxCost:
		return fmt.Errorf("the cost of the hash is %d, more than %d", cost, maxCost)
	}
	if _, twice := a.users[name]; twice {
		return fmt.Errorf("the user stands twice")
	}
	a.users[name] = user{role, []byte(hash)}
	a.cost = max(a.cost, cost)
	return nil
}

func (a *Auth) addToken(name, roleName, digest string) error {
	role, err := parseRole(roleName)
	if err != nil {
		return err
	}
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != sha256.Size || name == "" {
		return fmt.Errorf("a token needs a name and 64 hexadecimal digits; make them with sha256sum")
	}
	a.tokens = append(a.tokens, token{name, role, [sha256.Size]byte(sum)})
	return nil
}
