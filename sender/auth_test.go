package sender

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// steps answers AUTH by rote: a challenge for each answer of the client, and at
// the end the verdict.
func steps(replies ...string) func(*peer, string) {
	return func(p *peer, _ string) {
		for i, r := range replies {
			if !p.answer(r+"\r\n") || !strings.HasPrefix(r, "334") || i == len(replies)-1 {
				return
			}
			if _, err := p.line(); err != nil {
				return
			}
		}
	}
}

func login1(t *testing.T, s *script, a *Auth) (*Client, error) {
	t.Helper()
	opts := s.options(t)
	secure(STARTTLS)(opts)
	s.tls = testCA().server(t, nil)
	s.ehlo = append(s.ehlo, "STARTTLS")
	opts.Auth = a
	c, err := Dial(t.Context(), "mx.test:25", opts)
	if err == nil {
		t.Cleanup(func() { _ = c.Close() })
	}
	return c, err
}

func TestMechanisms(t *testing.T) {
	user := &Auth{Username: "бат", Password: "нууц үг"}
	token := &Auth{Username: "bat", Token: "tok-1234"}
	tests := []struct {
		offer string
		auth  *Auth
		play  []string
		says  []string
	}{
		{"AUTH PLAIN LOGIN", user, []string{"235 ok"}, []string{"AUTH PLAIN " + b64("\x00бат\x00нууц үг")}},
		{"auth plain", user, []string{"235 ok"}, []string{"AUTH PLAIN " + b64("\x00бат\x00нууц үг")}},
		{"AUTH=PLAIN LOGIN", user, []string{"235 ok"}, []string{"AUTH PLAIN " + b64("\x00бат\x00нууц үг")}},
		{"AUTH LOGIN", user, []string{"334 VXNlciBOYW1lAA==", "334 UGFzc3dvcmQA", "235 ok"}, []string{"AUTH LOGIN", b64("бат"), b64("нууц үг")}},
		{"AUTH LOGIN", user, []string{"334", "334", "235"}, []string{"AUTH LOGIN", b64("бат"), b64("нууц үг")}},
		{"AUTH CRAM-MD5 PLAIN", &Auth{Username: "tim", Password: "tanstaaftanstaaf"},
			[]string{"334 " + b64("<1896.697170952@postoffice.reston.mci.net>"), "235 ok"},
			[]string{"AUTH CRAM-MD5", b64("tim b913a602c7eda7a495b4e6e7334d3890")}},
		{"AUTH XOAUTH2", token, []string{"235 ok"}, []string{"AUTH XOAUTH2 " + b64("user=bat\x01auth=Bearer tok-1234\x01\x01")}},
		{"AUTH OAUTHBEARER XOAUTH2", token, []string{"235 ok"}, []string{"AUTH OAUTHBEARER " + b64("n,a=bat,\x01host=mx.test\x01port=25\x01auth=Bearer tok-1234\x01\x01")}},
		{"AUTH EXTERNAL", &Auth{Mechanisms: []string{"EXTERNAL"}}, []string{"235 ok"}, []string{"AUTH EXTERNAL ="}},
		{"AUTH PLAIN", &Auth{Username: "bat", Password: strings.Repeat("x", 600)}, []string{"334 ", "235 ok"}, []string{"AUTH PLAIN", b64("\x00bat\x00" + strings.Repeat("x", 600))}},
	}
	for _, test := range tests {
		s := &script{ehlo: []string{test.offer}, auth: steps(test.play...)}
		if _, err := login1(t, s, test.auth); err != nil {
			t.Errorf("%s: %v", test.offer, err)
		}
		if got := strings.Join(s.said()[3:], "|"); got != strings.Join(test.says, "|") {
			t.Errorf("%s: said %s", test.offer, got)
		}
	}
}

func TestAuthFailures(t *testing.T) {
	user := &Auth{Username: "bat", Password: "sesame-open"}
	token := &Auth{Username: "bat", Token: "tok-1234"}
	tests := []struct {
		name, offer string
		auth        *Auth
		play        []string
		code        int
		temporary   bool
		last        string
	}{
		{"535", "AUTH PLAIN LOGIN", user, []string{"535 5.7.8 bad " + b64("\x00bat\x00sesame-open") + " sesame-open"}, 535, false, "QUIT"},
		{"454", "AUTH PLAIN", user, []string{"454 4.7.0 later"}, 454, true, "QUIT"},
		{"538", "AUTH CRAM-MD5", user, []string{"538 5.7.11 encrypt"}, 538, false, "QUIT"},
		{"421", "AUTH PLAIN", user, []string{"421 bye"}, 421, true, "AUTH"},
		{"not base64", "AUTH CRAM-MD5", user, []string{"334 !!!not base64!!!", "501 cancelled"}, 0, false, "QUIT"},
		{"more after PLAIN", "AUTH PLAIN", user, []string{"334 ", "235 ok"}, 0, false, "QUIT"},
		{"235 early", "AUTH LOGIN", user, []string{"334 ", "235 ok"}, 235, false, "QUIT"},
		{"XOAUTH2 error", "AUTH XOAUTH2", token, []string{"334 " + b64(`{"status":"401"}`), "535 5.7.8 bad token"}, 535, false, "QUIT"},
		{"nothing offered", "HELP", user, nil, 0, false, "QUIT"},
		{"nothing known", "AUTH GSSAPI X-FOO", user, nil, 0, false, "QUIT"},
		{"substring", "AUTHX PLAIN", user, nil, 0, false, "QUIT"},
		{"huge challenge", "AUTH CRAM-MD5", user, []string{"334 " + strings.Repeat("A", 1<<20)}, 0, false, "AUTH"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &script{ehlo: []string{test.offer}, auth: steps(test.play...)}
			_, err := login1(t, s, test.auth)
			var e *Error
			if !errors.As(err, &e) || e.Reply.Code != test.code || e.Temporary() != test.temporary {
				t.Fatalf("error %v", err)
			}
			said := s.said()
			if !strings.HasPrefix(said[len(said)-1], test.last) || s.heard("MAIL") {
				t.Errorf("said %q", said)
			}
			for _, secret := range []string{"sesame", b64("\x00bat\x00sesame-open"), "tok-1234", b64("sesame-open")} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error tells the secret: %v", err)
				}
			}
			if cancels := test.name == "not base64" || test.name == "more after PLAIN"; cancels != s.heard("*") {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestNextMechanism(t *testing.T) {
	s := &script{ehlo: []string{"AUTH CRAM-MD5 PLAIN"}, auth: func(p *peer, line string) {
		if strings.HasPrefix(line, "AUTH CRAM") {
			p.answer("504 5.5.4 no\r\n")
			return
		}
		p.answer("235 ok\r\n")
	}}
	c, err := login1(t, s, &Auth{Username: "bat", Password: "sesame"})
	if err != nil || c.Mechanism() != "PLAIN" {
		t.Errorf("%v", err)
	}
}

func TestNoSecretInTheClear(t *testing.T) {
	for _, offer := range []string{"AUTH PLAIN LOGIN", "AUTH CRAM-MD5 PLAIN"} {
		s := &script{ehlo: []string{offer}, auth: steps("504 no")}
		opts := s.options(t)
		opts.Auth = &Auth{Username: "bat", Password: "sesame"}
		for _, addr := range []string{"mx.test:25", "localhost:25", "127.0.0.1:25"} {
			_, err := SendMail(t.Context(), addr, opts, alice, []string{bat}, []byte(hello))
			if err == nil || s.heard("AUTH PLAIN") || s.heard("AUTH LOGIN") || s.heard("MAIL") {
				t.Errorf("%s: %v, said %q", offer, err, s.said())
			}
			if offer == "AUTH PLAIN LOGIN" && !errors.Is(err, ErrClearText) {
				t.Error(err)
			}
		}
	}
	s := &script{ehlo: []string{"AUTH PLAIN"}, auth: steps("235 ok")}
	if _, err := s.mail(t, func(o *Options) { o.Auth = &Auth{Username: "bat", Password: "sesame", AllowClear: true} }); err != nil {
		t.Error(err)
	}
}

func TestBadCredentialsAreRefused(t *testing.T) {
	for _, a := range []*Auth{{}, {Username: "bat", Password: "a\x00b"}, {Username: "\xff"}, {Username: "bat", Mechanisms: []string{"X-FOO"}}} {
		s := &script{}
		if _, err := s.mail(t, func(o *Options) { o.Auth = a }); !errors.Is(err, ErrCredentials) || s.heard("EHLO") {
			t.Error(err)
		}
	}
}

func TestTraceMasksSecrets(t *testing.T) {
	s := &script{ehlo: []string{"AUTH PLAIN"}, auth: steps("535 5.7.8 sesame-open " + b64("\x00bat\x00sesame-open"))}
	var lines []string
	_, err := s.mail(t, func(o *Options) {
		o.Auth = &Auth{Username: "bat", Password: "sesame-open", AllowClear: true}
		o.Trace = func(e Event) { lines = append(lines, e.Dir+": "+e.Line) }
	})
	trace := strings.Join(lines, "\n")
	if err == nil || strings.Contains(trace, "sesame") || strings.Contains(trace, b64("\x00bat\x00sesame-open")) || !strings.Contains(trace, "C: AUTH PLAIN ****") {
		t.Errorf("trace:\n%s", trace)
	}
}

// The exchanges of RFC 5802 §5 and RFC 7677 §3.
func TestSCRAM(t *testing.T) {
	tests := []struct{ mech, nonce, first, proof, final string }{
		{"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
			"v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
		{"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
	}
	for _, test := range tests {
		m := newScram(test.mech, &Auth{Username: "user", Password: "pencil"})
		m.nonce = test.nonce
		if got := string(m.initial()); got != "n,,n=user,r="+test.nonce {
			t.Errorf("initial %q", got)
		}
		if got, err := m.next([]byte(test.first)); err != nil || string(got) != test.proof {
			t.Errorf("proof %q, %v", got, err)
		}
		if m.done() == nil {
			t.Error("success is believed before the server's proof")
		}
		if _, err := m.next([]byte(test.final)); err != nil || m.done() != nil {
			t.Error(err)
		}
	}
}

func TestSCRAMRefusals(t *testing.T) {
	for _, first := range []string{
		"r=OTHER,s=QSXCR+Q6sek8bf92,i=4096", "r=abc,s=QSXCR+Q6sek8bf92,i=4096", "r=abcd,s=!,i=4096",
		"r=abcd,s=QSXCR+Q6sek8bf92,i=2147483647", "r=abcd,s=QSXCR+Q6sek8bf92,i=1", "m=x", "",
	} {
		m := newScram("SCRAM-SHA-256", &Auth{Username: "user", Password: "pencil"})
		m.nonce = "abc"
		m.initial()
		if got, err := m.next([]byte(first)); err == nil {
			t.Errorf("%q answered with %q", first, got)
		}
	}
	m := newScram("SCRAM-SHA-1", &Auth{Username: "user", Password: "pencil"})
	m.nonce = "abc"
	m.initial()
	if _, err := m.next([]byte("r=abcd,s=QSXCR+Q6sek8bf92,i=4096")); err != nil {
		t.Fatal(err)
	}
	if _, err := m.next([]byte("v=AAAA")); !errors.Is(err, ErrNoGoodServer) {
		t.Error(err)
	}
}
