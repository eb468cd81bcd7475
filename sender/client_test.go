package sender

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func dialScript(t *testing.T, s *script, change func(*Options)) *Client {
	t.Helper()
	opts := s.options(t)
	if change != nil {
		change(opts)
	}
	c, err := Dial(t.Context(), "mx.test:24", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestStepByStep(t *testing.T) {
	ctx := t.Context()
	s := &script{replies: map[string]string{"RCPT TO:<r2@x.test>": "550 5.1.1 no\r\n"}}
	c := dialScript(t, s, nil)
	if _, err := c.Data(ctx); !errors.Is(err, ErrSequence) {
		t.Error(err)
	}
	if err := c.Rcpt(ctx, bat, nil); !errors.Is(err, ErrSequence) {
		t.Error(err)
	}
	for range 2 {
		if err := c.Mail(ctx, alice, nil); err != nil {
			t.Error(err)
		}
	}
	if err := c.Rcpt(ctx, bat, nil); err != nil {
		t.Error(err)
	}
	var e *Error
	if err := c.Rcpt(ctx, "r2@x.test", nil); !errors.As(err, &e) || e.Recipient != "r2@x.test" || e.Reply.Enhanced != "5.1.1" {
		t.Error(err)
	}
	w, err := c.Data(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, hello); err != nil {
		t.Error(err)
	}
	if err := c.Noop(ctx); !errors.Is(err, ErrSequence) {
		t.Error(err)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	r := w.Result()
	if len(r.Delivered()) != 1 || len(r.Failed()) != 1 || r.Final.Code != 250 || r != c.Result() {
		t.Errorf("result %+v", r)
	}
	if err := c.Quit(ctx); err != nil {
		t.Error(err)
	}
	if err := c.Noop(ctx); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	want := "EHLO client.test|MAIL FROM:<alice@example.org>|RSET|MAIL FROM:<alice@example.org>|RCPT TO:<bat@example.net>|RCPT TO:<r2@x.test>|DATA|QUIT"
	if got := strings.Join(s.said(), "|"); got != want {
		t.Errorf("said %s", got)
	}
}

func TestMessageThatIsGivenUp(t *testing.T) {
	ctx := t.Context()
	for name, text := range map[string]string{"8-bit": "бат", "NUL": "a\x00", "long": strings.Repeat("x", 999), "closed": ""} {
		s := &script{}
		c := dialScript(t, s, nil)
		if err := errors.Join(c.Mail(ctx, "", nil), c.Rcpt(ctx, bat, nil)); err != nil {
			t.Fatal(err)
		}
		w, err := c.Data(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if text == "" {
			_ = c.Close()
		} else if _, err := io.WriteString(w, text); !errors.Is(err, ErrContent) {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.Close(); err == nil {
			t.Errorf("%s: no error", name)
		}
		_ = c.Close()
		if s.received() != "" {
			t.Errorf("%s: received %q", name, s.received())
		}
	}
}

func TestReuse(t *testing.T) {
	type replies = map[string]string
	env := Envelope{From: alice, To: To(bat)}
	for name, test := range map[string]struct {
		ext     []string
		replies replies
		want    string
	}{
		"accepted":     {nil, nil, "MAIL RCPT DATA MAIL RCPT DATA"},
		"rcpt refused": {nil, replies{"RCPT": "550 no\r\n"}, "MAIL RCPT RSET MAIL RCPT"},
		"data refused": {nil, replies{"DATA": "554 no\r\n"}, "MAIL RCPT DATA RSET MAIL RCPT DATA"},
		"mail refused": {nil, replies{"MAIL": "550 no\r\n"}, "MAIL MAIL"},
		"pipelined":    {[]string{"PIPELINING"}, replies{"RCPT": "550 no\r\n", "DATA": "503 no\r\n"}, "MAIL RCPT DATA RSET MAIL RCPT DATA"},
	} {
		s := &script{ehlo: test.ext, replies: test.replies}
		c := dialScript(t, s, nil)
		for range 2 {
			_, err := c.Send(t.Context(), env, []byte(hello))
			if (err == nil) != (test.replies == nil) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var verbs []string
		for _, l := range s.said()[1:] {
			verb, _, _ := strings.Cut(l, " ")
			verbs = append(verbs, verb)
		}
		if got := strings.Join(verbs, " "); got != test.want {
			t.Errorf("%s: said %s", name, got)
		}
	}
}

func TestMailer(t *testing.T) {
	env := Envelope{From: alice, To: To("r1@x.test", "r2@x.test", "r3@x.test")}
	for name, test := range map[string]struct {
		ext      []string
		replies  map[string]string
		sessions int
		messages int
	}{
		"kept":    {nil, nil, 1, 2},
		"mailmax": {[]string{"LIMITS MAILMAX=1"}, nil, 2, 2},
		"rcptmax": {[]string{"LIMITS RCPTMAX=2"}, nil, 1, 4},
		"idle":    {nil, map[string]string{"NOOP": "421 idle\r\n" + drop}, 2, 2},
		"gone":    {nil, map[string]string{"NOOP": drop}, 2, 2},
	} {
		s := &script{ehlo: test.ext, replies: test.replies}
		m := Mailer{Addr: "mx.test:25", Options: *s.options(t)}
		for range 2 {
			r, err := m.Send(t.Context(), env, []byte(hello))
			if err != nil || len(r.Delivered()) != 3 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		if s.sessions != test.sessions || len(s.messages) != test.messages {
			t.Errorf("%s: %d sessions, %d messages", name, s.sessions, len(s.messages))
		}
		s.mu.Unlock()
	}
}

func TestLMTP(t *testing.T) {
	for _, ext := range [][]string{nil, {"PIPELINING"}, {"CHUNKING"}} {
		s := &script{lhlo: true, ehlo: ext, replies: map[string]string{
			"RCPT TO:<r2@x.test>": "550 5.1.1 no\r\n",
			".1":                  "452 4.2.2 full\r\n",
		}}
		c := dialScript(t, s, func(o *Options) { o.LMTP, o.Chunking = true, true })
		r, err := c.Send(t.Context(), Envelope{From: alice, To: To("r1@x.test", "r2@x.test", "r3@x.test")}, []byte(hello))
		check(t, s, err, expectation{code: 550, never: "EHLO"})
		if got := r.Delivered(); len(got) != 1 || got[0] != "r1@x.test" || !temporary(r.Recipients[2].Err) || r.Recipients[2].Final.Code != 452 {
			t.Errorf("result %+v", r)
		}
		if err := c.Quit(t.Context()); err != nil {
			t.Error(err)
		}
	}
	s := &script{lhlo: true, ehlo: []string{"PIPELINING"}, replies: map[string]string{"RCPT": "550 no\r\n", "DATA": "503 no\r\n"}}
	c := dialScript(t, s, func(o *Options) { o.LMTP = true })
	_, err := c.Send(t.Context(), Envelope{From: alice, To: To(bat)}, []byte(hello))
	check(t, s, err, expectation{code: 550})
	if _, err := Dial(t.Context(), "mx.test:25", &Options{LMTP: true}); !errors.Is(err, ErrArgument) {
		t.Error(err)
	}
}

func TestHelloName(t *testing.T) {
	for in, want := range map[string]string{
		"mail.example.org": "mail.example.org", "[192.0.2.1]": "[192.0.2.1]", "бат.mn": "xn--80ab2b.mn",
	} {
		s := &script{}
		dialScript(t, s, func(o *Options) { o.Hello = in })
		if got := s.said()[0]; !ascii(got) || ascii(in) && got != "EHLO "+want {
			t.Errorf("%s: said %s", in, got)
		}
	}
	for _, bad := range []string{"x\r\nRSET", "a b", "my_host.test", "-x.test", "[1.2]"} {
		s := &script{}
		_, err := s.mail(t, func(o *Options) { o.Hello = bad })
		if !errors.Is(err, ErrArgument) || len(s.said()) > 0 {
			t.Errorf("%q: %v", bad, err)
		}
	}
	s := &script{}
	dialScript(t, s, func(o *Options) { o.Hello = "" })
	if name := strings.TrimPrefix(s.said()[0], "EHLO "); !isLiteral(name) && !fullyQualified(name) {
		t.Errorf("said %q", name)
	}
}

func TestRepliesOctetByOctet(t *testing.T) {
	for _, ext := range [][]string{nil, {"PIPELINING"}} {
		s := &script{ehlo: ext}
		opts := s.options(t)
		opts.Dialer = slowly(opts.Dialer, 0)
		if _, err := SendMail(t.Context(), "mx.test:25", opts, alice, []string{bat}, []byte(hello)); err != nil {
			t.Error(err)
		}
	}
}

func TestSecurityNames(t *testing.T) {
	for _, s := range []Security{Opportunistic, Plain, STARTTLS, ImplicitTLS} {
		text, _ := s.MarshalText()
		var back Security = -1
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%s: %v", text, err)
		}
	}
	if new(Security).UnmarshalText([]byte("tls")) == nil {
		t.Error("an unknown mode is taken")
	}
}
