package sender

import (
	"errors"
	"strings"
	"testing"
)

// carry sends msg as it is and returns what arrived, unstuffed.
func carry(t *testing.T, s *script, msg string, change func(*Options, *Envelope)) (string, error) {
	t.Helper()
	opts := s.options(t)
	env := Envelope{From: alice, To: To(bat)}
	if change != nil {
		change(opts, &env)
	}
	c, err := Dial(t.Context(), "mx.test:25", opts)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), env, []byte(msg))
	if quit := c.Quit(t.Context()); err == nil && quit != nil {
		t.Error(quit)
	}
	if opts.Chunking {
		return s.received(), err
	}
	return unstuff(s.received()), err
}

func TestContentOnTheWire(t *testing.T) {
	const head = "Subject: x\r\n\r\n"
	bound := strings.Repeat("x", 40)
	big := strings.Repeat(bound+"\r\n.x\r\n", 60_000)
	tests := map[string]struct{ in, want string }{
		"dots":             {head + ".\r\n..\r\n.hidden\r\n...\r\n", ""},
		"dot first":        {".Dot: yes\r\n\r\nx\r\n", ""},
		"dot at the end":   {head + "body\r\n.", head + "body\r\n.\r\n"},
		"no final newline": {head + "body", head + "body\r\n"},
		"header only":      {"Subject: x\r\n\r\n", ""},
		"empty":            {"", ""},
		"LF":               {"Subject: x\n\nbody\n", head + "body\r\n"},
		"CR":               {head + "foo\rbar\r\n", head + "foo\r\nbar\r\n"},
		"lf.lf":            {head + "A\n.\nMAIL FROM:<evil@x>\r\n", head + "A\r\n.\r\nMAIL FROM:<evil@x>\r\n"},
		"lf.crlf":          {head + "A\n.\r\nB\r\n", head + "A\r\n.\r\nB\r\n"},
		"crlf.lf":          {head + "A\r\n.\nB\r\n", head + "A\r\n.\r\nB\r\n"},
		"cr.cr":            {head + "A\r.\rB\r\n", head + "A\r\n.\r\nB\r\n"},
		"cr.crlf":          {head + "A\r.\r\nB\r\n", head + "A\r\n.\r\nB\r\n"},
		"crlf.cr":          {head + "A\r\n.\rB\r\n", head + "A\r\n.\r\nB\r\n"},
		"crcrlf":           {head + "A\r\r\nB\r\n", head + "A\r\n\r\nB\r\n"},
		"big":              {head + big, ""},
		"long line":        {head + strings.Repeat("x", 998) + "\r\n", ""},
	}
	for name, test := range tests {
		for _, chunking := range []bool{false, true} {
			s := &script{}
			if chunking {
				s.ehlo = []string{"CHUNKING"}
			}
			got, err := carry(t, s, test.in, func(o *Options, _ *Envelope) { o.Chunking = chunking })
			want := test.want
			if want == "" {
				want = test.in
			}
			if err != nil || got != want {
				t.Errorf("%s, chunking %v: %v, got %.100q (%d octets)", name, chunking, err, got, len(got))
			}
			if chunking == s.heard("DATA") {
				t.Errorf("said %q", s.said())
			}
		}
	}
}

func TestContentThatIsRefused(t *testing.T) {
	const mime = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	tests := map[string]struct {
		ext []string
		msg string
		is  error
	}{
		"NUL":                     {nil, "Subject: x\r\n\r\na\x00b\r\n", ErrContent},
		"long line":               {nil, "Subject: x\r\n\r\n" + strings.Repeat("x", 999), ErrContent},
		"8-bit to a 7-bit server": {nil, mime + "бат\r\n", ErrNotOffered},
		"8-bit without MIME":      {[]string{"8BITMIME"}, "Э-мэйлийн бие хэсэг энд байна.", ErrContent},
		"UTF-8 header":            {[]string{"8BITMIME"}, "Subject: бат\r\n" + mime, ErrNotOffered},
		"UTF-8 header, no MIME":   {[]string{"8BITMIME"}, "Subject: бат\r\n\r\nx\r\n", ErrNotOffered},
		"UTF-8 header, 7-bit":     {nil, "Subject: бат\r\n\r\nx\r\n", ErrNotOffered},
		"UTF-8, without 8BITMIME": {[]string{"SMTPUTF8"}, "Subject: бат\r\n\r\nx\r\n", ErrNotOffered},
		"UTF-8, body not MIME":    {[]string{"8BITMIME", "SMTPUTF8"}, "Subject: бат\r\n\r\nбат\r\n", ErrContent},
		"latin-1, no MIME":        {[]string{"8BITMIME", "SMTPUTF8"}, "Subject: \xe9\r\n\r\nx\r\n", ErrContent},
		"latin-1 header":          {[]string{"8BITMIME", "SMTPUTF8"}, "Subject: \xe9\r\n" + mime, ErrContent},
		"too large":               {[]string{"SIZE 1000"}, "Subject: x\r\n\r\n" + strings.Repeat("hello\r\n", 1000), ErrTooLarge},
	}
	for name, test := range tests {
		s := &script{ehlo: test.ext}
		_, err := carry(t, s, test.msg, nil)
		if !errors.Is(err, test.is) || temporary(err) || s.heard("MAIL") {
			t.Errorf("%s: %v, said %q", name, err, s.said())
		}
	}
}

// Where SMTPUTF8 and 8BITMIME are both absent, the first is what to ask for.
func TestRefusedHeaderNamesSMTPUTF8(t *testing.T) {
	_, err := carry(t, &script{}, "Subject: бат\r\n\r\nx\r\n", nil)
	if err == nil || !strings.Contains(err.Error(), "SMTPUTF8") {
		t.Errorf("%v", err)
	}
}

func TestMailParameters(t *testing.T) {
	const mime = "MIME-Version: 1.0\r\n\r\nбат\r\n"
	all := []string{"SIZE 100000", "8BITMIME", "SMTPUTF8 foo=1", "DSN", "AUTH PLAIN"}
	tests := map[string]struct {
		ext  []string
		msg  string
		env  func(*Envelope)
		mail string
		rcpt string
	}{
		"nothing offered":  {nil, hello, nil, "", ""},
		"ASCII":            {all, hello, nil, " SIZE=22", ""},
		"size counts CRLF": {all, "a: b\n\nc", nil, " SIZE=11", ""},
		"8-bit":            {all, mime, nil, " SIZE=29 BODY=8BITMIME", ""},
		"UTF-8 header":     {all, "Subject: бат\r\n" + mime, nil, " SIZE=46 BODY=8BITMIME SMTPUTF8", ""},
		"UTF-8, no MIME":   {all, "Subject: бат\r\n\r\nx\r\n", nil, " SIZE=22 BODY=8BITMIME SMTPUTF8", ""},
		"UTF-8 recipient":  {all, hello, func(e *Envelope) { e.To = To("бат@example.net") }, " SIZE=22 SMTPUTF8", ""},
		"DSN": {all, hello, func(e *Envelope) {
			e.Options = MailOptions{Return: "HDRS", EnvelopeID: "a+b=c d"}
			e.To[0].Options = RcptOptions{Notify: []string{"SUCCESS", "DELAY"}, OriginalRecipient: "x+y@example.net"}
		}, " SIZE=22 RET=HDRS ENVID=a+2Bb+3Dc+20d", " NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+2By@example.net"},
		"AUTH=": {all, hello, func(e *Envelope) { e.Options.AuthorizedBy = "e+mc2@example.com" }, " SIZE=22 AUTH=e+2Bmc2@example.com", ""},
	}
	for name, test := range tests {
		s := &script{ehlo: test.ext}
		if _, err := carry(t, s, test.msg, func(_ *Options, e *Envelope) {
			if test.env != nil {
				test.env(e)
			}
		}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, mail, _ := strings.Cut(s.said()[1], ">")
		_, rcpt, _ := strings.Cut(s.said()[2], ">")
		if mail != test.mail || rcpt != test.rcpt {
			t.Errorf("%s: said %q", name, s.said())
		}
	}
}

func TestParametersThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		ext []string
		env Envelope
		is  error
	}{
		"DSN not offered":    {nil, Envelope{To: To(bat), Options: MailOptions{Return: "FULL"}}, ErrNotOffered},
		"NOTIFY not offered": {nil, Envelope{To: []Recipient{{bat, RcptOptions{Notify: []string{"NEVER"}}}}}, ErrNotOffered},
		"NEVER and more":     {[]string{"DSN"}, Envelope{To: []Recipient{{bat, RcptOptions{Notify: []string{"NEVER", "DELAY"}}}}}, ErrArgument},
		"RET":                {[]string{"DSN"}, Envelope{To: To(bat), Options: MailOptions{Return: "x\r\nRSET"}}, ErrArgument},
		"ENVID":              {[]string{"DSN"}, Envelope{To: To(bat), Options: MailOptions{EnvelopeID: "x\r\nRSET"}}, ErrArgument},
		"BODY":               {[]string{"8BITMIME"}, Envelope{To: To(bat), Options: MailOptions{Body: "x\r\nRSET"}}, ErrArgument},
		"BINARYMIME":         {[]string{"8BITMIME"}, Envelope{To: To(bat), Options: MailOptions{Body: Binary}}, ErrNotOffered},
		"UTF-8 not offered":  {nil, Envelope{To: To("бат@example.net")}, ErrNotOffered},
		"nobody":             {nil, Envelope{}, ErrNoRecipient},
	}
	for name, test := range tests {
		s := &script{ehlo: test.ext}
		_, err := carry(t, s, hello, func(_ *Options, e *Envelope) { *e = test.env })
		if !errors.Is(err, test.is) || s.heard("MAIL") {
			t.Errorf("%s: %v, said %q", name, err, s.said())
		}
	}
}

func TestOddSizes(t *testing.T) {
	for _, size := range []string{"SIZE", "SIZE 0", "SIZE abc", "SIZE 99999999999999999999999999", "SIZE  1000 "} {
		s := &script{ehlo: []string{size, "__proto__ x", "constructor"}}
		if _, err := carry(t, s, hello, nil); err != nil {
			t.Errorf("%s: %v", size, err)
		}
	}
}

func TestBinaryGoesAsItIs(t *testing.T) {
	msg := "MIME-Version: 1.0\r\n\r\n\x00\r.\n\xff" + strings.Repeat("b", 100_000)
	s := &script{ehlo: []string{"CHUNKING", "BINARYMIME"}}
	got, err := carry(t, s, msg, func(o *Options, e *Envelope) { o.Chunking, e.Options.Body = true, Binary })
	if err != nil || got != msg || !s.heard("MAIL FROM:<alice@example.org> BODY=BINARYMIME") {
		t.Errorf("%v, %d octets, said %.200q", err, len(got), s.said())
	}
}

func TestChunkRefused(t *testing.T) {
	s := &script{ehlo: []string{"CHUNKING"}, replies: map[string]string{"BDAT": "552 5.3.4 no\r\n"}}
	opts := s.options(t)
	opts.Chunking = true
	c, err := Dial(t.Context(), "mx.test:25", opts)
	if err != nil {
		t.Fatal(err)
	}
	big := []byte(hello + strings.Repeat("hello\r\n", 20_000))
	for range 2 {
		_, err = c.Send(t.Context(), Envelope{To: To(bat)}, big)
		check(t, s, err, expectation{code: 552, never: "DATA"})
	}
	if err := c.Quit(t.Context()); err != nil {
		t.Error(err)
	}
	var chunks, resets int
	for _, l := range s.said() {
		if strings.HasPrefix(l, "BDAT") {
			chunks++
		}
		if l == "RSET" {
			resets++
		}
	}
	if chunks != 2 || resets != 1 {
		t.Errorf("said %q", s.said())
	}
}

func FuzzDotWriter(f *testing.F) {
	for _, seed := range []string{"", ".", "a\n.\nb", "a\r.\r\n.", "\r\n.\r\n", "..\r\r\n\n", strings.Repeat(".", 3000)} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		var wire strings.Builder
		w := lineWriter{stuff: true, checked: true, flush: func(p []byte, _ bool) error { wire.Write(p); return nil }}
		if cut < 0 || cut > len(in) {
			cut = len(in) / 2
		}
		_, _ = w.Write(in[:cut])
		_, _ = w.Write(in[cut:])
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		got := wire.String()
		if !strings.HasSuffix("\r\n"+got, "\r\n.\r\n") || strings.Index("\r\n"+got, "\r\n.\r\n") != len(got)-3 {
			t.Fatalf("end of data is not only at the end: %q", got)
		}
		if bare := strings.ReplaceAll(got, "\r\n", ""); strings.ContainsAny(bare, "\r\n") {
			t.Fatalf("bare CR or LF: %q", got)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(in))
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		plain := strings.ReplaceAll(unstuff(strings.TrimSuffix(got, ".\r\n")), "\r\n", "\n")
		if plain != want {
			t.Fatalf("%q became %q", in, got)
		}
	})
}
