package harness

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func mustShare(t *testing.T, s *Server) string {
	t.Helper()
	shared, err := s.Share()
	mustDo(t, err)
	return shared
}

func TestJoinedScopeSeesWhatTheServerSaw(t *testing.T) {
	srv := NewServer(t)
	scope := Join(t, mustShare(t, srv))
	octets := "Subject: =?utf-8?q?=D0=97?=\r\n\r\n.\r\n\xff\xfe\x00 <&> Сайн\r\n"
	for range 3 {
		mustDo(t, smtp.SendMail(scope.Addr(), nil, "shop@example.mn", []string{scope.Address("bat"), "bat@example.com"}, []byte(octets)))
	}
	mustSend(t, srv.Addr(), "shop@example.mn", "bat@example.com")

	if got, want := jsonOf(t, scope.Messages()), jsonOf(t, srv.Messages()[:3]); got != want {
		t.Errorf("messages:\n%s\nwant\n%s", got, want)
	}
	if got, want := jsonOf(t, scope.Sessions()), jsonOf(t, srv.Sessions()[:3]); got != want {
		t.Errorf("sessions:\n%s\nwant\n%s", got, want)
	}
	if got := string(scope.Messages()[2].Raw()); got != octets {
		t.Errorf("got %q", got)
	}
	if first := scope.Messages()[0]; first != scope.Messages()[0] || first.Message != scope.Sessions()[0].Messages[0] {
		t.Error("a message is another one each time")
	}
	if got := scope.GomegaString(); strings.Count(got, "SMTP session") != 3 {
		t.Errorf("shown as\n%s", got)
	}
	srv.Reset()
	if len(scope.Messages())+len(scope.Sessions()) != 0 {
		t.Error("what the server forgot is still there")
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	mustDo(t, err)
	return string(text)
}

func TestJoinedScopeGetsMessagesInPages(t *testing.T) {
	srv := NewServer(t)
	scope := Join(t, mustShare(t, srv))
	body := note + strings.Repeat("\x01 is long in JSON\r\n", 25_000)
	for range 3 {
		mustDo(t, smtp.SendMail(scope.Addr(), nil, "shop@example.mn", []string{scope.Address("bat")}, []byte(body)))
	}
	messages, err := scope.WaitForMessages(soon(t), 3)
	if err != nil || len(messages) != 3 || string(messages[2].Raw()) != body {
		t.Errorf("%d messages, %v", len(messages), err)
	}
}

func TestJoinedScopesStayApart(t *testing.T) {
	srv := NewServer(t)
	shared := mustShare(t, srv)
	one, two, local := Join(t, shared), Join(t, shared), srv.Scope(t)
	mustSend(t, srv.Addr(), "shop@example.mn", one.Address("bat"))
	mustSend(t, srv.Addr(), "shop@example.mn", one.Address("bat"), two.Address("bat"))
	mustSend(t, srv.Addr(), "shop@example.mn", local.Address("bat"))
	for i, tt := range []struct {
		scope *Scope
		want  string
	}{{one, "[1 2]"}, {two, "[2]"}, {local, "[3]"}} {
		if got := fmt.Sprint(idsOf(tt.scope.Messages())); got != tt.want {
			t.Errorf("scope %d has %s, want %s", i+1, got, tt.want)
		}
	}
}

func TestJoinedScopeReachesTheServer(t *testing.T) {
	srv := NewServer(t, WithSTARTTLS(), WithHostname("mx.example.mn"))
	scope := Join(t, mustShare(t, srv))
	if scope.Addr() != srv.Addr() || scope.Host() != srv.Host() || scope.Port() != srv.Port() || scope.Hostname() != "mx.example.mn" ||
		string(scope.CA()) != string(srv.CA()) {
		t.Errorf("it is at %+v", scope.place)
	}
	c := mustDial(t, scope.Addr())
	mustDo(t, c.StartTLS(scope.ClientTLSConfig()))
	if state, ok := c.TLSConnectionState(); !ok || state.Version < tls.VersionTLS12 {
		t.Errorf("%+v", state)
	}
}

func TestJoinedScopeRules(t *testing.T) {
	srv := NewServer(t)
	ends := newStub(t)
	one, two := Join(ends, mustShare(t, srv)), Join(t, mustShare(t, srv))
	value := On(RCPT).Reply(550, "5.1.1 No").Named("nobody")
	refuse := one.AddRule(value)
	c := mustDial(t, srv.Addr())
	mustDo(t, c.Mail("shop@example.mn"), c.Rcpt(two.Address("bat")))
	if refuse.Hits() != 0 {
		t.Errorf("%d hits", refuse.Hits())
	}
	wantCode(t, c.Rcpt(one.Address("bat")), "550")
	if refuse.Hits() != 1 || one.Sessions()[0].Commands[3].Reply.Rule != "nobody" {
		t.Errorf("%d hits:\n%s", refuse.Hits(), one.Report())
	}
	one.RemoveRule(value)
	mustDo(t, c.Rcpt(one.Address("bat")))
	again := one.AddRule(value)
	wantCode(t, c.Rcpt(one.Address("bat")), "550")
	one.RemoveRule(again)
	mustDo(t, c.Rcpt(one.Address("bat")))
	if again.Hits() != 1 || refuse.Hits() != 1 {
		t.Errorf("hits %d and %d, want 1 each", again.Hits(), refuse.Hits())
	}
	one.AddRule(On(QUIT).Reply(421, "bye").Required())
	one.AddRule(On(RSET).Reply(421, "bye"))
	if got := ends.end(); got != `harness: rule On(QUIT).Reply(421, "bye").Required() was required and never fired` {
		t.Errorf("the test failed with %q", got)
	}
	mustDo(t, c.Reset())
	if refuse.Hits() != 1 {
		t.Errorf("%d hits behind the end", refuse.Hits())
	}
}

func TestJoinedScopeRefusesRules(t *testing.T) {
	shared := mustShare(t, NewServer(t))
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{On(RCPT).When(func(*Exchange) bool { return true }).Drop(), "the func of When has no JSON form"},
		{On(RCPT).Do(func(*Exchange) *Reply { return nil }), "the func of Do has no JSON form"},
		{On(RCPT), "it says when but not what"},
		{On(RCPT).ReplyRaw(make([]byte, maxRequest)), "octets, 1048576 at most go to another process"},
	} {
		ends := newStub(t)
		scope := Join(ends, shared)
		scope.AddRule(tt.rule)
		if len(scope.Violations()) != 0 {
			t.Errorf("%.80s: the connection did not survive: %v", tt.rule, scope.Violations())
		}
		if got := ends.end(); !strings.Contains(got, tt.want) {
			t.Errorf("%.80s: %q", tt.rule, got)
		}
	}
}

func TestJoinedScopeWaits(t *testing.T) {
	srv := NewServer(t)
	scope := Join(t, mustShare(t, srv))
	var wg sync.WaitGroup
	for n := range 5 {
		wg.Go(func() {
			if got, err := scope.WaitForMessages(soon(t), n); err != nil || len(got) < n {
				t.Errorf("%d messages, %v", len(got), err)
			}
		})
	}
	for range 4 {
		mustSend(t, srv.Addr(), "shop@example.mn", scope.Address("bat"))
	}
	wg.Wait()
	if got, err := scope.WaitForSessions(soon(t), 4); err != nil || len(got) != 4 {
		t.Errorf("%d sessions, %v", len(got), err)
	}
	if m := scope.OnlyMessage(newStub(t)); m != nil {
		t.Errorf("got %s", m)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := scope.WaitForMessages(ctx, 5); err == nil || !strings.Contains(err.Error(), "waited for 5 messages, got 4: enough\nSMTP session 1") {
		t.Errorf("the wait ended with %v", err)
	}
	if got, err := scope.WaitForMessages(ctx, 4); err != nil || len(got) != 4 {
		t.Errorf("what is there needs no wait: %v", err)
	}
}

func TestJoinedScopeIsToldOfItsViolations(t *testing.T) {
	ofServer, ofScope := newStub(t), newStub(t)
	srv := NewServer(ofServer, Strict())
	scope := Join(ofScope, mustShare(t, srv))
	c := mustDial(t, srv.Addr())
	mustDo(t, c.Hello("client.example.mn"))
	speak(t, c, "MAIL FROM: <shop@example.mn>")
	mustDo(t, c.Rcpt(scope.Address("bat")))
	if _, err := scope.WaitForMessages(soon(t), 1); err == nil || !strings.Contains(err.Error(), "blank-in-path") {
		t.Errorf("the wait ended with %v", err)
	}
	if got := ofScope.end(); !strings.Contains(got, "harness: Strict(): blank-in-path") || !strings.Contains(ofScope.logged, "MAIL FROM: <") {
		t.Errorf("the test failed with %q and logged\n%s", got, ofScope.logged)
	}
	if got := ofServer.end(); got != "" {
		t.Errorf("the server's test failed too: %s", got)
	}
}

func TestLostServer(t *testing.T) {
	srv := NewServer(t)
	ends := newStub(t)
	scope := Join(ends, mustShare(t, srv))
	rule := scope.AddRule(On(RSET).Reply(450, "later"))
	mustSend(t, srv.Addr(), "shop@example.mn", scope.Address("bat"))
	known := scope.OnlyMessage(t)
	waited := make(chan error)
	go func() {
		_, err := scope.WaitForMessages(soon(t), 2)
		waited <- err
	}()
	mustDo(t, srv.Close())
	if err := <-waited; err == nil || !strings.Contains(err.Error(), "is lost") {
		t.Errorf("the wait ended with %v", err)
	}
	if !scope.Closed() || len(scope.Violations()) != 1 || len(scope.Messages()) != 1 || scope.Messages()[0] != known || rule.Hits() != 0 {
		t.Errorf("violations %v, messages %v", scope.Violations(), scope.Messages())
	}
	if got := ends.end(); !strings.HasPrefix(got, "harness: Join(): the connection to the shared server is lost: ") {
		t.Errorf("the test failed with %q", got)
	}
	if len(scope.Violations()) != 1 {
		t.Errorf("then %v", scope.Violations())
	}
}

func TestJoinNeedsTheServer(t *testing.T) {
	srv := NewServer(t)
	shared := mustShare(t, srv)
	i, err := parseInvitation(shared)
	mustDo(t, err)
	mustDo(t, srv.Close())
	for _, tt := range []struct{ shared, want string }{
		{"", "Join needs the string that Server.Share returned"},
		{shared, "the shared server cannot be reached"},
		{invitation{mustAccept(t), i.key}.String(), "the shared server does not take this process"},
	} {
		ends := newStub(t)
		if scope := Join(ends, tt.shared); scope != nil {
			t.Errorf("%q was joined", tt.shared)
		}
		if got := ends.end(); !strings.Contains(got, tt.want) || strings.Contains(got, i.key) {
			t.Errorf("failed with %q", got)
		}
	}
	if _, err := srv.Share(); err == nil {
		t.Error("a closed server was shared")
	}
	if _, err := NewServer(t, InMemory()).Share(); err == nil || !strings.Contains(err.Error(), "InMemory()") {
		t.Errorf("a server in memory was shared: %v", err)
	}
}

// mustAccept returns the address of a listener that hangs up on everybody.
func mustAccept(t *testing.T) string {
	t.Helper()
	l, err := listenLoopback()
	mustDo(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { accept(l, nil, func(conn net.Conn) { conn.Close() }) })
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}

// heard returns what the host says to octets before it hangs up.
func heard(t *testing.T, addr, octets string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	mustDo(t, err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(helloTime))
	io.WriteString(conn, octets) // the host may hang up before it has all of it
	said, err := io.ReadAll(conn)
	if errors.Is(err, context.DeadlineExceeded) || err != nil && err.(net.Error).Timeout() {
		t.Errorf("%.60q: the connection stays open", octets)
	}
	return string(said)
}

func TestStrangersAreHungUpOn(t *testing.T) {
	srv := NewServer(t)
	i, err := parseInvitation(mustShare(t, srv))
	mustDo(t, err)
	for _, octets := range []string{
		"\n", "EHLO client.example.mn\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x05\x01\n", strings.Repeat("x", 2*maxHello),
		`{"id":1,"op":"messages"}` + "\n", `{"id":1,"op":"hello"}` + "\n",
		`{"id":1,"op":"hello","key":"` + newKeyText() + `"}` + "\n", `{"id":1,"op":"hello","key":"` + i.key[1:] + `"}` + "\n",
		`{"id":1,"op":"messages","key":"` + i.key + `"}` + "\n",
	} {
		if said := heard(t, i.addr, octets); said != "" {
			t.Errorf("%.60q was answered with %q", octets, said)
		}
	}
	hello := `{"id":1,"op":"hello","key":"` + i.key + `"}` + "\n"
	for _, octets := range []string{"garbage\n", "{}\n", hello, `{"id":2,"op":"halt"}` + "\n"} {
		if said := heard(t, i.addr, hello+octets); strings.Count(said, "\n") > 1 {
			t.Errorf("%.60q was answered with %q", octets, said)
		}
	}
	if again := mustShare(t, srv); again != i.String() {
		t.Error("a server is shared in two ways")
	}
}

func TestHostRefusesWhatIsNotThere(t *testing.T) {
	srv := NewServer(t)
	i, err := parseInvitation(mustShare(t, srv))
	mustDo(t, err)
	l, _, err := dial(i, 1)
	mustDo(t, err)
	defer l.close()
	for _, tt := range []struct {
		request request
		want    string
	}{
		{request{Op: opHits, Of: 1}, "no such rule"},
		{request{Op: opRemoveRule}, "no such rule"},
		{request{Op: opAddRule, Rule: json.RawMessage(`{"on":"RCTP"}`)}, `did you mean "RCPT"?`},
		{request{Op: opAddRule}, "there is no rule"},
	} {
		if _, err := l.ask(tt.request); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.request.Op, err)
		}
	}
}

func TestWaitsOfOneGuestAreBounded(t *testing.T) {
	srv := NewServer(t)
	i, err := parseInvitation(mustShare(t, srv))
	mustDo(t, err)
	l, _, err := dial(i, 1)
	mustDo(t, err)
	defer l.close()
	ctx, cancel := context.WithCancel(t.Context())
	refused := make(chan answer, 2*maxWaits)
	var wg sync.WaitGroup
	for range maxWaits + 1 {
		wg.Go(func() {
			if a, err := l.call(ctx, request{Op: opAwait, Goal: goal{Messages: 1}}); err == nil {
				refused <- a
			}
		})
	}
	if a := <-refused; !strings.Contains(a.Error, "waits too often") {
		t.Errorf("answered %+v", a)
	}
	cancel()
	wg.Wait()
	if _, err := l.ask(request{Op: opViolations}); err != nil {
		t.Errorf("then %v", err)
	}
}

// running returns the goroutines that stand in this package's part of a
// connection between processes.
func running() string {
	buf := make([]byte, 1<<20)
	var found []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		stack, _, _ := strings.Cut(g, "created by")
		if strings.Contains(stack, "/share_line.go") || strings.Contains(stack, "/share_host.go") || strings.Contains(stack, "/share.go") {
			found = append(found, g)
		}
	}
	return strings.Join(found, "\n\n")
}

func TestSharingLeavesNothingBehind(t *testing.T) {
	srv := NewServer(t)
	shared := mustShare(t, srv)
	ends := newStub(t)
	for range 3 {
		scope := Join(ends, shared)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		scope.WaitForMessages(ctx, 1)
	}
	stays := newStub(t)
	lost := Join(stays, shared)
	if got := ends.end(); got != "" {
		t.Error(got)
	}
	mustDo(t, srv.Close())
	lost.source.close()
	deadline := time.Now().Add(10 * time.Second)
	for running() != "" && time.Now().Before(deadline) {
		runtime.Gosched() // a goroutine that has said it is done may stand on its last line
	}
	if left := running(); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	if n := len(srv.sharing.conns); n != 0 {
		t.Errorf("%d connections are left", n)
	}
	stays.end()
}
