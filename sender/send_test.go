package sender

import (
	"context"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

func TestSendMailBaseline(t *testing.T) {
	for name, ext := range map[string][]string{
		"lock step":  nil,
		"pipelining": {"PIPELINING"},
		"chunking":   {"PIPELINING", "CHUNKING"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{ehlo: ext}
			r, err := s.mail(t, func(o *Options) { o.Chunking = true })
			if err != nil {
				t.Fatal(err)
			}
			if got := unstuff(s.received()); got != hello {
				t.Errorf("message is %q", got)
			}
			if r.Final.Lines[0] != "2.0.0 queued as Q1" || r.Quit != nil || !slices.Equal(r.Delivered(), []string{bat}) {
				t.Errorf("result is %+v", r)
			}
			said := strings.Join(s.said(), "|")
			body := "DATA"
			if name == "chunking" {
				body = "BDAT 22 LAST"
			}
			want := "EHLO client.test|MAIL FROM:<alice@example.org>|RCPT TO:<bat@example.net>|" + body + "|QUIT"
			if said != want {
				t.Errorf("said %s\nwant %s", said, want)
			}
		})
	}
}

// outcome is what a test expects of a send.
type expectation struct {
	ok        bool
	temporary bool
	code      int
	never     string // a command that must not be sent
	quit      bool   // QUIT must be sent
}

func TestOutcomes(t *testing.T) {
	type replies = map[string]string
	tests := []struct {
		name     string
		greeting string
		replies  replies
		want     expectation
	}{
		{"greet-multiline", "220-a\r\n220-b\r\n220 c\r\n", nil, expectation{ok: true, quit: true}},
		{"greet-bare-220", "220\r\n", nil, expectation{ok: true, quit: true}},
		{"greet-554", "554 5.3.2 no\r\n", nil, expectation{code: 554, never: "EHLO", quit: true}},
		{"greet-521", "521 no mail\r\n", nil, expectation{code: 521, never: "MAIL"}},
		{"greet-421", "421 4.3.2 busy\r\n" + drop, nil, expectation{temporary: true, code: 421}},
		{"greet-450", "450 4.7.0 slow\r\n", nil, expectation{temporary: true, code: 450, never: "EHLO"}},
		{"greet-354", "354 go\r\n", nil, expectation{code: 354, never: "EHLO"}},
		{"greet-garbage-ssh", "SSH-2.0-OpenSSH_9.6\r\n", nil, expectation{}},
		{"greet-garbage-http", "HTTP/1.1 400 Bad Request\r\n\r\n" + drop, nil, expectation{}},
		{"greet-empty-line", "\r\n220 mx\r\n", nil, expectation{}},
		{"greet-close", drop, nil, expectation{temporary: true}},
		{"greet-partial-close", "220 mx" + drop, nil, expectation{temporary: true}},
		{"ehlo-500-helo", "", replies{"EHLO": "500 what\r\n"}, expectation{ok: true}},
		{"ehlo-502-helo", "", replies{"EHLO": "502 no\r\n"}, expectation{ok: true}},
		{"ehlo-both-rejected", "", replies{"EHLO": "550 no\r\n", "HELO": "550 no\r\n"}, expectation{code: 550, never: "MAIL"}},
		{"ehlo-421", "", replies{"EHLO": "421 bye\r\n"}, expectation{temporary: true, code: 421, never: "HELO"}},
		{"ehlo-451", "", replies{"EHLO": "451 later\r\n"}, expectation{temporary: true, code: 451, never: "HELO", quit: true}},
		{"ehlo-bare-250", "", replies{"EHLO": "250\r\n"}, expectation{ok: true}},
		{"ehlo-220-again", "", replies{"EHLO": "220 again\r\n"}, expectation{code: 220, never: "MAIL"}},
		{"mail-451", "", replies{"MAIL": "451 4.1.0 no\r\n"}, expectation{temporary: true, code: 451, never: "RCPT", quit: true}},
		{"mail-550", "", replies{"MAIL": "550 5.1.0 no\r\n"}, expectation{code: 550, never: "DATA", quit: true}},
		{"mail-25x", "", replies{"MAIL": "251 fine\r\n"}, expectation{ok: true}},
		{"rcpt-251", "", replies{"RCPT": "251 2.1.5 will forward\r\n"}, expectation{ok: true}},
		{"rcpt-unknown-2yz", "", replies{"RCPT": "299 fine\r\n"}, expectation{ok: true}},
		{"rcpt-all-450", "", replies{"RCPT": "450 4.1.1 no\r\n"}, expectation{temporary: true, code: 450, never: "DATA", quit: true}},
		{"rcpt-552-temp", "", replies{"RCPT": "552 too many recipients\r\n"}, expectation{temporary: true, code: 552, never: "DATA"}},
		{"rcpt-552-full", "", replies{"RCPT": "552 5.2.2 mailbox full\r\n"}, expectation{code: 552}},
		{"rcpt-354", "", replies{"RCPT": "354 go\r\n"}, expectation{code: 354, never: "DATA"}},
		{"data-250-not-354", "", replies{"DATA": "250 ok\r\n"}, expectation{code: 250, quit: true}},
		{"data-355", "", replies{"DATA": "355 go\r\n"}, expectation{code: 355}},
		{"data-451", "", replies{"DATA": "451 4.5.1 no\r\n"}, expectation{temporary: true, code: 451, quit: true}},
		{"data-554", "", replies{"DATA": "554 5.5.1 no\r\n"}, expectation{code: 554, quit: true}},
		{"final-451", "", replies{".": "451 4.7.1 no\r\n"}, expectation{temporary: true, code: 451, quit: true}},
		{"final-554", "", replies{".": "554 5.7.1 no\r\n"}, expectation{code: 554, quit: true}},
		{"final-2yz-unknown", "", replies{".": "299 fine\r\n"}, expectation{ok: true}},
		{"final-354-again", "", replies{".": "354 more\r\n"}, expectation{code: 354}},
		{"final-drop", "", replies{".": drop}, expectation{temporary: true}},
		{"final-drop-after-250", "", replies{".": "250 ok\r\n" + drop}, expectation{ok: true}},
		{"final-code-not-text", "", replies{".": "550 2.0.0 OK queued\r\n"}, expectation{code: 550}},
		{"shut421-final", "", replies{".": "421 bye\r\n" + drop}, expectation{temporary: true, code: 421}},
		{"quit-250", "", replies{"QUIT": "250 bye\r\n"}, expectation{ok: true}},
		{"quit-500", "", replies{"QUIT": "500 what\r\n"}, expectation{ok: true}},
		{"quit-421", "", replies{"QUIT": "421 bye\r\n"}, expectation{ok: true}},
		{"quit-bare", "", replies{"QUIT": "221\r\n"}, expectation{ok: true}},
		{"quit-drop", "", replies{"QUIT": drop}, expectation{ok: true}},
		{"reply-mixed-codes", "", replies{"MAIL": "250-fine\r\n550 no\r\n"}, expectation{never: "RCPT"}},
		{"reply-1yz", "", replies{"MAIL": "150 wait\r\n"}, expectation{never: "RCPT"}},
		{"reply-6yz", "", replies{"MAIL": "650 what\r\n"}, expectation{never: "RCPT"}},
		{"reply-two-digits", "", replies{"MAIL": "25 ok\r\n"}, expectation{never: "RCPT"}},
		{"reply-four-digits", "", replies{"MAIL": "2500 ok\r\n"}, expectation{never: "RCPT"}},
		{"reply-garbage", "", replies{"MAIL": "lorem ipsum\r\n"}, expectation{never: "RCPT"}},
		{"reply-lf-only", "", replies{"MAIL": "250 ok\n"}, expectation{ok: true}},
		{"reply-multiline-bare-last", "", replies{"MAIL": "250-one\r\n250\r\n"}, expectation{ok: true}},
		{"reply-long-line-2000", "", replies{"MAIL": "250 " + strings.Repeat("x", 2000) + "\r\n"}, expectation{ok: true}},
		{"reply-latin1-text", "", replies{"MAIL": "250 \xe9\xff\r\n"}, expectation{ok: true}},
		{"reply-enhanced-contradict", "", replies{"RCPT": "450 5.1.1 x\r\n"}, expectation{temporary: true, code: 450}},
		{"reply-coalesced-desync", "", replies{"MAIL": "250 ok\r\n250 injected\r\n", "RCPT": "550 no\r\n"}, expectation{code: 250, never: "DATA"}},
		{"reply-unsolicited-421", "", replies{"MAIL": "250 ok\r\n421 4.3.2 shutting down\r\n" + drop}, expectation{temporary: true, code: 421}},
		{"drop-ehlo", "", replies{"EHLO": drop}, expectation{temporary: true, never: "HELO"}},
		{"drop-mail", "", replies{"MAIL": drop}, expectation{temporary: true}},
		{"drop-rcpt", "", replies{"RCPT": drop}, expectation{temporary: true}},
		{"drop-data", "", replies{"DATA": drop}, expectation{temporary: true}},
		{"drop-mid-reply", "", replies{"MAIL": "250-ok\r\n25" + drop}, expectation{temporary: true}},
		{"shut421-rcpt", "", replies{"RCPT": "421 bye\r\n" + drop}, expectation{temporary: true, code: 421, never: "DATA"}},
		{"shut421-data", "", replies{"DATA": "421 bye\r\n" + drop}, expectation{temporary: true, code: 421}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &script{greeting: test.greeting, replies: test.replies}
			r, err := s.mail(t, nil)
			check(t, s, err, test.want)
			if !test.want.ok && s.received() != "" && s.replies["."] == "" {
				t.Errorf("a message was sent: %q", s.received())
			}
			if test.want.ok != (len(r.Delivered()) == 1) {
				t.Errorf("delivered to %v", r.Delivered())
			}
		})
	}
}

func check(t *testing.T, s *script, err error, want expectation) {
	t.Helper()
	if want.never != "" && s.heard(want.never) {
		t.Errorf("%s was sent: %q", want.never, s.said())
	}
	if want.quit && !s.heard("QUIT") {
		t.Errorf("no QUIT: %q", s.said())
	}
	if want.ok {
		if err != nil {
			t.Errorf("error %v", err)
		}
		return
	}
	var e interface {
		Temporary() bool
		SMTP() (int, string, map[string]error)
	}
	if !errors.As(err, &e) {
		t.Fatalf("error %v has no class", err)
	}
	if e.Temporary() != want.temporary {
		t.Errorf("temporary is %v: %v", e.Temporary(), err)
	}
	code, _, _ := e.SMTP()
	if code != want.code {
		t.Errorf("code is %d, want %d: %v", code, want.code, err)
	}
	var tp *textproto.Error
	if errors.As(err, &tp) != (want.code != 0) {
		t.Errorf("textproto.Error is %v", tp)
	}
}

func TestRefusedRecipientIsTold(t *testing.T) {
	for _, ext := range [][]string{nil, {"PIPELINING"}, {"PIPELINING", "CHUNKING"}} {
		for _, refused := range []string{"r1@x.test", "r2@x.test", "r3@x.test"} {
			s := &script{ehlo: ext, replies: map[string]string{"RCPT TO:<" + refused + ">": "550 5.1.1 no such user\r\n"}}
			r, err := s.mail(t, func(o *Options) { o.Chunking = true }, "r1@x.test", "r2@x.test", "r3@x.test")
			check(t, s, err, expectation{code: 550})
			if len(r.Delivered()) != 2 || len(r.Failed()) != 1 || r.Failed()[0].Address != refused {
				t.Errorf("result %+v", r)
			}
			var se *SendError
			if !errors.As(err, &se) {
				t.Fatalf("error is %T", err)
			}
			_, enh, rcpts := se.SMTP()
			if enh != "5.1.1" || len(rcpts) != 1 || rcpts[refused] == nil {
				t.Errorf("SMTP() is %q %v", enh, rcpts)
			}
			if !strings.Contains(err.Error(), refused) || !strings.Contains(err.Error(), "550 5.1.1 no such user") {
				t.Errorf("error %v", err)
			}
		}
	}
}

func TestMixedRefusals(t *testing.T) {
	s := &script{replies: map[string]string{
		"RCPT TO:<r2@x.test>": "450 4.2.0 greylisted\r\n",
		"RCPT TO:<r3@x.test>": "550 5.1.1 no\r\n",
	}}
	r, err := s.mail(t, nil, "r1@x.test", "r2@x.test", "r3@x.test")
	check(t, s, err, expectation{code: 550})
	if !temporary(r.Recipients[1].Err) || temporary(r.Recipients[2].Err) || !r.Recipients[0].Delivered {
		t.Errorf("result %+v", r)
	}
}

func TestPipelinedRefusals(t *testing.T) {
	type replies = map[string]string
	tests := []struct {
		name    string
		replies replies
		want    expectation
		message bool
	}{
		{"mail refused", replies{"MAIL": "550 5.7.1 blocked\r\n", "RCPT": "503 no\r\n", "DATA": "503 no\r\n"}, expectation{code: 550, quit: true}, false},
		{"mail refused, 354", replies{"MAIL": "550 no\r\n"}, expectation{code: 550, quit: true}, true},
		{"mail refused, closed", replies{"MAIL": "550 5.7.1 blocked\r\n" + drop}, expectation{code: 550}, false},
		{"rcpt refused, 354", replies{"RCPT": "550 5.1.1 no\r\n"}, expectation{code: 550, quit: true}, true},
		{"rcpt refused, 554", replies{"RCPT": "550 5.1.1 no\r\n", "DATA": "554 no valid recipients\r\n"}, expectation{code: 550, quit: true}, false},
		{"data refused", replies{"DATA": "451 later\r\n"}, expectation{code: 451, temporary: true, quit: true}, false},
		{"421 to rcpt", replies{"RCPT": "421 bye\r\n" + drop}, expectation{code: 421, temporary: true}, false},
		{"354 to rcpt", replies{"RCPT": "354 go\r\n"}, expectation{code: 354}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &script{ehlo: []string{"PIPELINING"}, replies: test.replies}
			_, err := s.mail(t, nil)
			check(t, s, err, test.want)
			s.mu.Lock()
			defer s.mu.Unlock()
			if test.message != (len(s.messages) == 1) || test.message && s.messages[0] != "" {
				t.Errorf("messages %q", s.messages)
			}
		})
	}
}

func TestManyPipelinedRecipients(t *testing.T) {
	s := &script{ehlo: []string{"PIPELINING"}}
	var to []string
	for range 2000 {
		to = append(to, bat)
	}
	if r, err := s.mail(t, nil, to...); err != nil || len(r.Delivered()) != 2000 {
		t.Error(err)
	}
}

func TestEarlyReplyStopsTheMessage(t *testing.T) {
	big := []byte("Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 40_000))
	for _, early := range []string{"552 5.3.4 too big\r\n" + drop, "552 5.3.4 too big\r\n"} {
		s := &script{early: early}
		_, err := SendMail(t.Context(), "mx.test:25", s.options(t), alice, []string{bat}, big)
		check(t, s, err, expectation{code: 552})
	}
}

// A reply that comes with the 354 answers nothing that was said.
func TestAReplyAheadOfTheMessageIsNotItsReply(t *testing.T) {
	for range 50 {
		s := &script{replies: map[string]string{"DATA": "354 go\r\n250 2.0.0 taken\r\n"}}
		r, err := s.mail(t, nil)
		if !errors.Is(err, errEarly) || len(r.Delivered()) != 0 {
			t.Fatalf("%v, %+v", err, r)
		}
	}
}

func TestConnectionLostInTheMessage(t *testing.T) {
	big := []byte("Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 40_000))
	for _, early := range []string{drop, half} {
		s := &script{early: early}
		opts := s.options(t)
		opts.Dialer = s.overTCP(t)
		_, err := SendMail(t.Context(), "mx.test:25", opts, alice, []string{bat}, big)
		check(t, s, err, expectation{temporary: true})
		var e *Error
		if errors.As(err, &e); e.Timeout() {
			t.Errorf("error %v", err)
		}
	}
}

func TestNothingIsSentForBadArguments(t *testing.T) {
	bad := []string{
		"b@example.net>\r\nRCPT TO:<evil@example.net", "b@example.net>NOTIFY=NEVER", "a@x,b@y", "", "b",
		"b@example.net\x00", "b@-x.test", "joe..x@example.net", "b@exa mple.net", "<b@x.test>>", "b@[1.2.3]", "b@x.test\u2028",
	}
	for _, to := range bad {
		s := &script{}
		r, err := s.mail(t, nil, to)
		check(t, s, err, expectation{})
		if !errors.Is(err, ErrAddress) || len(s.said()) != 0 || len(r.Delivered()) != 0 {
			t.Errorf("%q: %v, said %q", to, err, s.said())
		}
	}
	s := &script{}
	_, err := SendMail(t.Context(), "mx.test:25", s.options(t), "a@x.test>\r\nRSET\r\nMAIL FROM:<x@y", []string{bat}, nil)
	if !errors.Is(err, ErrAddress) || len(s.said()) != 0 {
		t.Errorf("%v, said %q", err, s.said())
	}
	if _, err := SendMail(t.Context(), "mx.test:25", s.options(t), alice, nil, nil); !errors.Is(err, ErrNoRecipient) {
		t.Error(err)
	}
}

func TestAddressesOnTheWire(t *testing.T) {
	tests := map[string]string{
		"MiXed.Case@Example.NET":                  "<MiXed.Case@Example.NET>",
		`"joe..x"@example.net`:                    `<"joe..x"@example.net>`,
		"joe@[127.0.0.1]":                         "<joe@[127.0.0.1]>",
		"joe@[IPv6:::1]":                          "<joe@[IPv6:::1]>",
		"o'b+x=1#y@example.net":                   "<o'b+x=1#y@example.net>",
		`"a@evil.test> x"@example.net`:            `<"a@evil.test> x"@example.net>`,
		"Bat <a@example.org>":                     "<a@example.org>",
		`Bat <"joe..x"@example.org>`:              `<"joe..x"@example.org>`,
		"user@бат.mn":                             "<user@xn--80ab2b.mn>",
		"postmaster":                              "<postmaster>",
		strings.Repeat("a", 242) + "@x12345.test": "<" + strings.Repeat("a", 242) + "@x12345.test>",
	}
	for in, want := range tests {
		s := &script{}
		if _, err := s.mail(t, nil, in); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := s.said()[2]; !strings.HasPrefix(in, "user@") && got != "RCPT TO:"+want || !ascii(got) {
			t.Errorf("%s: said %s", in, got)
		}
	}
}

func TestErrorTextIsHarmless(t *testing.T) {
	s := &script{replies: map[string]string{"RCPT": "550-5.1.1 \x1b[2J\x07 %s%n\r\n550 5.1.1 two\u2028three\rfour\r\n"}}
	_, err := s.mail(t, nil)
	text := err.Error()
	if hasControl(text) || !strings.Contains(text, `\x1b[2J`) || !strings.Contains(text, "%s%n") || !strings.Contains(text, "two") {
		t.Errorf("error %q", text)
	}
	if !strings.Contains(text, "mx.test:25: RCPT TO <bat@example.net>: 550") {
		t.Errorf("error %q", text)
	}
}

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = SendMail(t.Context(), addr, nil, alice, []string{bat}, []byte(hello))
	if !temporary(err) || !strings.Contains(err.Error(), addr) {
		t.Errorf("error %v", err)
	}
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{replies: map[string]string{"MAIL": silent}}
	opts := s.options(t)
	opts.Trace = func(e Event) {
		if strings.HasPrefix(e.Line, "MAIL") {
			cancel()
		}
	}
	_, err := SendMail(ctx, "mx.test:25", opts, alice, []string{bat}, []byte(hello))
	if !errors.Is(err, context.Canceled) || !temporary(err) {
		t.Errorf("error %v", err)
	}
}
