package guard_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/smtpspec/smtpspec/harness/web/guard"
	"golang.org/x/crypto/bcrypt"
)

const (
	adminToken = "the token of an admin"
	readToken  = "the token of a reader"
)

func tokenLine(name, role, token string) string {
	sum := sha256.Sum256([]byte(token))
	return "token:" + name + ":" + role + ":" + hex.EncodeToString(sum[:]) + "\n"
}

var userLine = sync.OnceValue(func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte("нууц үг"), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return "bat:write:" + strings.Replace(string(hash), "$2a$", "$2y$", 1) + "\n"
})

func testAuth(t testing.TB) *guard.Auth {
	t.Helper()
	a, err := guard.ReadAuth(strings.NewReader("# who\n\n" + userLine() + tokenLine("ci", "read", readToken) + tokenLine("root", "admin", adminToken)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSigningIn(t *testing.T) {
	h := newGuard(t, guard.Config{Auth: testAuth(t)})
	basic := func(user, password string) string {
		r, _ := http.NewRequest("GET", "/", nil)
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for _, c := range []struct {
		authorization string
		code          int
		caller        string
	}{
		{"", 401, ""},
		{"Bearer " + readToken, 200, "ci"},
		{"bearer  " + adminToken, 200, "root"},
		{"Bearer", 401, ""},
		{"Bearer " + readToken + "x", 401, ""},
		{"Bearer ci", 401, ""},
		{basic("bat", "нууц үг"), 200, "bat"},
		{basic("bat", "нууц үг"), 200, "bat"}, // from memory
		{basic("bat", "нууц"), 401, ""},
		{basic("bat", ""), 401, ""},
		{basic("", "нууц үг"), 401, ""},
		{basic("nobody", "нууц үг"), 401, ""},
		{basic("ci", readToken), 401, ""},
		{basic("bat", strings.Repeat("a", 10_000)), 401, ""},
		{"Basic !!!", 401, ""},
		{"Digest username=bat", 401, ""},
	} {
		w := ask(h, "GET", "/api/messages", "Authorization", c.authorization)
		if w.Code != c.code || c.code == 200 && w.Body.String() != "passed for "+c.caller {
			t.Errorf("%q: %d %s", c.authorization, w.Code, w.Body)
		}
		if (w.Header().Get("WWW-Authenticate") != "") != (c.code == 401) {
			t.Errorf("%q: WWW-Authenticate %q", c.authorization, w.Header().Get("WWW-Authenticate"))
		}
	}
}

func TestRoles(t *testing.T) {
	h := newGuard(t, guard.Config{Auth: testAuth(t)})
	r, _ := http.NewRequest("GET", "/", nil)
	r.SetBasicAuth("bat", "нууц үг")
	who := map[guard.Role]string{
		guard.Anybody: "", guard.Read: "Bearer " + readToken, guard.Write: r.Header.Get("Authorization"), guard.Admin: "Bearer " + adminToken,
	}
	for _, c := range []struct {
		method, path string
		need         guard.Role
	}{
		{"GET", "/healthz", guard.Anybody}, {"GET", "/readyz", guard.Anybody},
		{"GET", "/", guard.Read}, {"HEAD", "/api/messages", guard.Read}, {"GET", "/metrics", guard.Read}, {"GET", "/api/rules", guard.Read},
		{"GET", "/api/events", guard.Read}, {"GET", "/nowhere", guard.Read},
		{"DELETE", "/api/messages", guard.Write}, {"PATCH", "/api/messages/x", guard.Write}, {"POST", "/api/runs", guard.Write},
		{"PUT", "/whatever", guard.Write}, {"BREW", "/api/messages", guard.Write},
		{"POST", "/api/rules", guard.Admin}, {"DELETE", "/api/rules/x", guard.Admin}, {"PATCH", "/api/rules/x", guard.Admin},
	} {
		for role, authorization := range who {
			want := 200
			switch {
			case c.need == guard.Anybody:
			case role == guard.Anybody:
				want = 401
			case role < c.need:
				want = 403
			}
			if w := ask(h, c.method, c.path, "Authorization", authorization); w.Code != want {
				t.Errorf("%s %s as %s: %d, want %d", c.method, c.path, role, w.Code, want)
			}
		}
	}
}

func TestAuthFileIsChecked(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "nobody could sign in"},
		{"# only a comment\n", "nobody could sign in"},
		{"\nbat:hunter2\n", "line 2"},
		{"bat:write:hunter2", "not a bcrypt hash"},
		{"bat:owner:hunter2", "not a role"},
		{strings.Replace(userLine(), "bat", "", 1), "no name"},
		{userLine() + userLine(), "line 2: the user stands twice"},
		{strings.Replace(userLine(), "$04$", "$31$", 1), "cost"},
		{"token:ci:read:hunter2", "64 hexadecimal digits"},
		{"token:ci:hunter2", "write NAME:ROLE"},
		{tokenLine("", "read", "hunter2"), "needs a name"},
		{tokenLine("ci", "owner", "hunter2"), "not a role"},
		{"a:b:c:d:hunter2", "write NAME:ROLE"},
		{strings.Repeat("a", 1<<17), "too long"},
	} {
		_, err := guard.ReadAuth(strings.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.40q: %v, want %q", c.file, err, c.want)
		}
	}
}

func FuzzReadAuth(f *testing.F) {
	f.Add(userLine())
	f.Add(tokenLine("ci", "read", readToken))
	f.Fuzz(func(t *testing.T, file string) {
		if len(file) > 200 {
			return // costs of bcrypt
		}
		if a, err := guard.ReadAuth(strings.NewReader(file)); (a == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", file, a, err)
		}
	})
}
