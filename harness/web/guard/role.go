package guard

import (
	"fmt"
	"net/http"
	"strings"
)

// Role is what somebody may do. Each one may do what those before it may.
type Role int

// The roles.
const (
	Anybody Role = iota // without signing in
	Read                // see mail, sessions and rules
	Write               // change and delete mail, make and delete runs
	Admin               // change the rules
)

var roleNames = map[string]Role{"read": Read, "write": Write, "admin": Admin}

func parseRole(s string) (Role, error) {
	role, ok := roleNames[s]
	if !ok {
		return 0, fmt.Errorf("not a role; write read, write or admin")
	}
	return role, nil
}

// String returns "read", "write" or "admin", and "anybody" for none of them.
func (r Role) String() string {
	for name, role := range roleNames {
		if role == r {
			return name
		}
	}
	return "anybody"
}

// Need returns the role that a request needs: none to ask whether the server
// lives, Read to see, Admin to change rules, and Write for everything else.
func Need(r *http.Request) Role {
	switch {
	case r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
		return Anybody
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return Read
	case r.URL.Path == "/api/rules" || strings.HasPrefix(r.URL.Path, "/api/rules/"):
		return Admin
	}
	return Write
}
