package harness

import (
	"context"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// stub is a test that a test looks at.
type stub struct {
	testing.TB
	mu      sync.Mutex // guards what follows
	errors  []string
	logged  string
	cleanup []func()
}

func newStub(t testing.TB) *stub { return &stub{TB: t} }

func (s *stub) Helper()          {}
func (s *stub) Failed() bool     { return len(s.failures()) > 0 }
func (s *stub) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }

func (s *stub) ParallelProcess() int { return 2 }

func (s *stub) Logf(format string, args ...any) { s.logged += fmt.Sprintf(format, args...) }

func (s *stub) Fatalf(format string, args ...any) { s.Errorf(format, args...) }

func (s *stub) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}

func (s *stub) failures() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.errors)
}

// end is the end of the test, and returns how it failed.
func (s *stub) end() string {
	for _, f := range slices.Backward(s.cleanup) {
		f()
	}
	s.cleanup = nil
	return strings.Join(s.failures(), "\n")
}

const note = "Subject: note\r\n\r\nСайн байна уу\r\n"

func mustSend(t *testing.T, addr, from string, to ...string) {
	t.Helper()
	if err := smtp.SendMail(addr, nil, from, to, []byte(note)); err != nil {
		t.Fatal(err)
	}
}

// mustDial returns a client that t closes.
func mustDial(t *testing.T, addr string) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func mustDo(t *testing.T, steps ...error) {
	t.Helper()
	for i, err := range steps {
		if err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestScopeAddress(t *testing.T) {
	const tag = "p2.3f9a2c"
	for _, tt := range []struct{ local, want string }{
		{"bat", "bat.p2.3f9a2c@harness.test"},
		{"Бат", "Бат.p2.3f9a2c@harness.test"},
		{"bat+tag", "bat+tag.p2.3f9a2c@harness.test"},
		{"", "p2.3f9a2c@harness.test"},
		{"bat erdene", `"bat erdene.p2.3f9a2c"@harness.test`},
		{`a"b\c`, `"a\"b\\c.p2.3f9a2c"@harness.test`},
		{"bat.", `"bat..p2.3f9a2c"@harness.test`},
		{"bat@example.com", `"bat@example.com.p2.3f9a2c"@harness.test`},
	} {
		got := tagged(tt.local, tag)
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.local, got, tt.want)
		}
		if back := tagOf(strings.ToUpper(got)); back != tag {
			t.Errorf("%s has the tag %q", got, back)
		}
	}
	for _, foreign := range []string{"", "bat", "bat@harness.test", "bat.p2.3f9a2c@example.com", "@harness.test", `"@harness.test`} {
		if got := tagOf(foreign); got == tag {
			t.Errorf("%q has a tag", foreign)
		}
	}
}

func TestScopeAddressesAreTaken(t *testing.T) {
	srv := NewServer(t)
	scope := srv.Scope(newStub(t))
	for _, local := range []string{"bat", "bat+tag", "", "bat erdene", `a"b\c`, "bat@example.com"} {
		if address := scope.Address(local); !strings.Contains(address, "p2.") {
			t.Errorf("%s does not name the process", address)
		}
		mustSend(t, srv.Addr(), "shop@example.mn", scope.Address(local))
	}
	if got := len(scope.Messages()); got != 6 {
		t.Errorf("%d messages, want 6:\n%s", got, scope.Report())
	}
}

func TestScopesStayApart(t *testing.T) {
	srv := NewServer(t)
	one, two, none := srv.Scope(t), srv.Scope(t), srv.Scope(t)
	mustSend(t, srv.Addr(), "shop@example.mn", one.Address("bat"))
	mustSend(t, srv.Addr(), "shop@example.mn", strings.ToUpper(two.Address("bat")))
	mustSend(t, srv.Addr(), two.Address("shop"), "bat@example.com")
	mustSend(t, srv.Addr(), "shop@example.mn", one.Address("bat"), two.Address("bat"))
	mustSend(t, srv.Addr(), "shop@example.mn", "bat@example.com")
	for _, tt := range []struct {
		name     string
		scope    *Scope
		messages string
		sessions int
	}{{"one", one, "[1 4]", 2}, {"two", two, "[2 3 4]", 3}, {"none", none, "[]", 0}} {
		if got := fmt.Sprint(idsOf(tt.scope.Messages())); got != tt.messages {
			t.Errorf("%s has the messages %s, want %s", tt.name, got, tt.messages)
		}
		if got := len(tt.scope.Sessions()); got != tt.sessions {
			t.Errorf("%s has %d sessions, want %d", tt.name, got, tt.sessions)
		}
	}
	if len(srv.Messages()) != 5 {
		t.Error("the server has them all")
	}
}

func idsOf(messages []*Message) []int {
	ids := []int{}
	for _, m := range messages {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestScopesShareASession(t *testing.T) {
	srv := NewServer(t)
	one, two := srv.Scope(t), srv.Scope(t)
	c := mustDial(t, srv.Addr())
	for _, to := range []string{one.Address("bat"), two.Address("bat")} {
		w, err := transaction(c, to)
		mustDo(t, err)
		fmt.Fprint(w, note)
		mustDo(t, w.Close())
	}
	for i, scope := range []*Scope{one, two} {
		sessions := scope.Sessions()
		if len(sessions) != 1 || len(sessions[0].Messages) != 1 || sessions[0].Messages[0].ID != i+1 {
			t.Errorf("scope %d: %v", i+1, sessions)
		}
		if got := len(scope.Report().Messages); got != 1 {
			t.Errorf("the report of scope %d has %d messages", i+1, got)
		}
	}
	if got := len(srv.Sessions()[0].Messages); got != 2 {
		t.Errorf("the server's session has %d messages, want 2", got)
	}
}

type dataWriter interface {
	Write([]byte) (int, error)
	Close() error
}

func transaction(c *smtp.Client, to string) (dataWriter, error) {
	if err := c.Mail("shop@example.mn"); err != nil {
		return nil, err
	}
	if err := c.Rcpt(to); err != nil {
		return nil, err
	}
	return c.Data()
}

func TestScopeRulesActOnItsExchanges(t *testing.T) {
	srv := NewServer(t, WithRules(On(NOOP).Reply(250, "of the server")))
	one, two := srv.Scope(t), srv.Scope(t)
	refuse := one.AddRule(On(RCPT).Reply(550, "5.1.1 No"))
	noop := one.AddRule(On(NOOP).Reply(450, "of the scope"))
	c := mustDial(t, srv.Addr())

	mustDo(t, c.Mail("shop@example.mn"), c.Rcpt("bat@example.com"), c.Rcpt(two.Address("bat")), c.Noop())
	wantCode(t, c.Rcpt(one.Address("bat")), "550")
	wantCode(t, c.Noop(), "450")
	mustDo(t, c.Rcpt("sarnai@example.com"), c.Reset())
	mustDo(t, c.Mail(one.Address("shop")))
	wantCode(t, c.Rcpt("bat@example.com"), "550")
	if refuse.Hits() != 2 || noop.Hits() != 1 {
		t.Errorf("hits %d and %d, want 2 and 1", refuse.Hits(), noop.Hits())
	}
	one.RemoveRule(refuse)
	mustDo(t, c.Rcpt(one.Address("bat")))
}

func TestScopeRulesAtMail(t *testing.T) {
	srv := NewServer(t)
	one, two := srv.Scope(t), srv.Scope(t)
	one.AddRule(On(MAIL).Reply(450, "4.7.1 later"))
	c := mustDial(t, srv.Addr())
	wantCode(t, c.Mail(one.Address("shop")), "450")
	wantCode(t, c.Mail("shop@example.mn"), "450")
	mustDo(t, c.Mail(two.Address("shop")))
	other := mustDial(t, srv.Addr())
	mustDo(t, other.Mail("shop@example.mn"))
}

func TestScopeRulesAtTheMessage(t *testing.T) {
	srv := NewServer(t)
	one, two := srv.Scope(t), srv.Scope(t)
	lost := one.AddRule(RejectMessage(554, "5.7.1 No"))
	send := func(to ...string) error {
		return smtp.SendMail(srv.Addr(), nil, "shop@example.mn", to, []byte(note))
	}
	mustDo(t, send(two.Address("bat")))
	wantCode(t, send(two.Address("bat"), one.Address("bat")), "554")
	if lost.Hits() != 1 || len(two.Messages()) != 1 {
		t.Errorf("%d hits, %d messages", lost.Hits(), len(two.Messages()))
	}
	cut := one.AddRule(DropDuringData(3))
	mustDo(t, send(two.Address("bat")))
	if err := send(one.Address("bat")); err == nil || cut.Hits() != 1 {
		t.Errorf("%v, %d hits", err, cut.Hits())
	}
}

func TestScopeRulesEndWithTheirTest(t *testing.T) {
	srv := NewServer(t)
	ends := newStub(t)
	scope := srv.Scope(ends)
	scope.AddRule(On(RCPT).Reply(550, "5.1.1 No"))
	scope.AddRule(On(QUIT).Reply(421, "bye").Required())
	want := `harness: rule On(QUIT).Reply(421, "bye").Required() was required and never fired`
	if got := ends.end(); got != want {
		t.Errorf("the test failed with %q, want %q", got, want)
	}
	if !strings.Contains(ends.logged, "no SMTP session at "+srv.Addr()) {
		t.Errorf("logged: %s", ends.logged)
	}
	mustSend(t, srv.Addr(), "shop@example.mn", scope.Address("bat"))
}

func TestScopeRefusesRules(t *testing.T) {
	srv := NewServer(t)
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{On(CONNECT).Reply(421, "4.3.2 No"), "no address is known at CONNECT"},
		{On(RCPT), "it says when but not what"},
		{Rule{}, "the zero Rule does nothing"},
	} {
		ends := newStub(t)
		srv.Scope(ends).AddRule(tt.rule)
		if got := ends.end(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", tt.rule, got)
		}
	}
}

// speak sends lines that no client of the standard library sends.
func speak(t *testing.T, c *smtp.Client, line string) {
	t.Helper()
	id, err := c.Text.Cmd("%s", line)
	mustDo(t, err)
	c.Text.StartResponse(id)
	defer c.Text.EndResponse(id)
	if _, _, err := c.Text.ReadResponse(250); err != nil {
		t.Fatal(err)
	}
}

func TestScopeIsToldOfItsViolations(t *testing.T) {
	ofServer, ofOne, ofTwo := newStub(t), newStub(t), newStub(t)
	srv := NewServer(ofServer, Strict())
	one, two := srv.Scope(ofOne), srv.Scope(ofTwo)
	c := mustDial(t, srv.Addr())
	mustDo(t, c.Hello("client.example.mn"))
	speak(t, c, "MAIL FROM: <shop@example.mn>")
	if len(one.Violations()) != 0 {
		t.Error("the session is of no scope yet")
	}
	mustDo(t, c.Rcpt(one.Address("bat")))
	if len(one.Violations()) != 1 || len(two.Violations()) != 0 {
		t.Errorf("violations %v and %v", one.Violations(), two.Violations())
	}
	if _, err := one.WaitForMessages(soon(t), 1); err == nil || !strings.Contains(err.Error(), "waited for 1 message, got 0: ") {
		t.Errorf("the wait ended with %v", err)
	}
	if got := ofTwo.end(); got != "" {
		t.Errorf("the other test failed: %s", got)
	}
	if got := ofOne.end(); !strings.Contains(got, "harness: Strict(): ") {
		t.Errorf("the test failed with %q", got)
	}
	if !strings.Contains(ofOne.logged, "C: RCPT TO:<"+one.Address("bat")) {
		t.Errorf("logged: %s", ofOne.logged)
	}
	if got := ofServer.end(); got != "" {
		t.Errorf("the server's test failed too: %s", got)
	}
}

func TestScopeWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := NewServer(t, InMemory())
		scope, other := srv.Scope(t), srv.Scope(t)
		got := make(chan []*Message)
		go func() {
			messages, err := scope.WaitForMessages(t.Context(), 1)
			if err != nil {
				t.Error(err)
			}
			got <- messages
		}()
		synctest.Wait()
		deliverInMemory(t, srv, other.Address("bat"))
		synctest.Wait()
		select {
		case <-got:
			t.Error("the mail of another scope ended the wait")
		default:
		}
		deliverInMemory(t, srv, scope.Address("bat"))
		if messages := <-got; len(messages) != 1 || messages[0].ID != 2 {
			t.Errorf("got %v", messages)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if sessions, err := scope.WaitForSessions(ctx, 1); err != nil || len(sessions) != 1 {
			t.Errorf("got %v, %v", sessions, err)
		}
	})
}

func deliverInMemory(t *testing.T, srv *Server, to string) {
	t.Helper()
	conn, err := srv.Dial(t.Context())
	mustDo(t, err)
	c, err := smtp.NewClient(conn, srv.Hostname())
	mustDo(t, err)
	w, err := transaction(c, to)
	mustDo(t, err)
	fmt.Fprint(w, note)
	mustDo(t, w.Close(), c.Quit())
}

func TestScopeOnlyMessage(t *testing.T) {
	srv := NewServer(t)
	scope := srv.Scope(t)
	mustSend(t, srv.Addr(), "shop@example.mn", scope.Address("bat"))
	if m := scope.OnlyMessage(t); m.Subject() != "note" || m != scope.Messages()[0] {
		t.Errorf("got %s", m)
	}
	mustSend(t, srv.Addr(), "shop@example.mn", scope.Address("bat"))
	fails := newStub(t)
	if m := scope.OnlyMessage(fails); m != nil || !strings.Contains(fails.end(), "expected one message, got 2") {
		t.Errorf("got %v", m)
	}
}

// soon is a context for what is expected to come at once.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}
