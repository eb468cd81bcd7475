package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"math/big"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"testing"
)

// output is a writer that a test may wait on.
type output struct {
	mu   sync.Mutex // guards what follows
	b    bytes.Buffer
	fail bool
	more chan struct{} // closed by the next write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer func() {
		close(o.more)
		o.more = make(chan struct{})
	}()
	if o.fail {
		return 0, errors.New("nobody reads")
	}
	return o.b.Write(p)
}

func (o *output) breakOff() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fail = true
}

func (o *output) now() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String(), o.more
}

func (o *output) String() string {
	text, _ := o.now()
	return text
}

// until waits for a text.
func (o *output) until(t *testing.T, text string) string {
	t.Helper()
	for {
		all, more := o.now()
		if strings.Contains(all, text) {
			return all
		}
		select {
		case <-more:
		case <-t.Context().Done():
			t.Fatalf("no %q in:\n%s", text, all)
		}
	}
}

// serving is an App that serves inside the test.
type serving struct {
	t              *testing.T
	smtp           string
	stdout, stderr *output
	signals        chan os.Signal
	code           chan int
}

func startServing(t *testing.T, flags ...string) *serving {
	t.Helper()
	s := &serving{t: t, stdout: newOutput(), stderr: newOutput(), signals: make(chan os.Signal, 2), code: make(chan int, 1)}
	app := &App{Stdin: strings.NewReader(""), Stdout: s.stdout, Stderr: s.stderr, Env: noEnvironment, Signals: s.signals}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	args := append([]string{"serve", "--smtp", "127.0.0.1:0", "--listen", "off", "--store", "memory"}, flags...)
	go func() { s.code <- app.Run(ctx, args) }()
	first, _, _ := strings.Cut(s.stdout.until(t, "\n"), "\n")
	s.smtp = addressesIn(first + "\n").SMTP
	return s
}

func noEnvironment(string) (string, bool) { return "", false }

func (s *serving) signal() { s.signals <- os.Interrupt }

// stop signals once and returns what was written.
func (s *serving) stop() string {
	s.t.Helper()
	s.signal()
	s.exited()
	return s.stdout.String()
}

func (s *serving) exited() {
	s.t.Helper()
	if code := <-s.code; code != 0 {
		s.t.Errorf("exit code %d\n%s", code, s.stderr)
	}
}

func (s *serving) dial() *textproto.Conn {
	s.t.Helper()
	c, err := textproto.Dial("tcp", s.smtp)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	s.expect(c, 220)
	return c
}

func (s *serving) say(c *textproto.Conn, code int, line string) {
	s.t.Helper()
	if err := c.PrintfLine("%s", line); err != nil {
		s.t.Fatal(err)
	}
	s.expect(c, code)
}

func (s *serving) expect(c *textproto.Conn, code int) {
	s.t.Helper()
	if _, _, err := c.ReadResponse(code); err != nil {
		s.t.Fatalf("want %d: %v", code, err)
	}
}

// open begins a transaction and stops in the middle of the message.
func (s *serving) open() *textproto.Conn {
	c := s.dial()
	s.say(c, 250, "EHLO client.example.mn")
	s.say(c, 250, "MAIL FROM:<a@example.mn>")
	s.say(c, 250, "RCPT TO:<b@example.com>")
	s.say(c, 354, "DATA")
	return c
}

// Whoever has the 250 finds the message on standard output already.
func TestMessageIsWrittenBeforeIts250(t *testing.T) {
	s := startServing(t, "--json", "--no-starttls")
	for range 20 {
		before := strings.Count(s.stdout.String(), `"event":"message"`)
		err := smtp.SendMail(s.smtp, nil, "a@example.mn", []string{"b@example.com"}, []byte("Subject: x\r\n\r\nx\r\n"))
		if after := strings.Count(s.stdout.String(), `"event":"message"`); err != nil || after != before+1 {
			t.Fatalf("%d lines before, %d after, error %v", before, after, err)
		}
	}
	s.stop()
}

func TestServingGoesOnWithoutAReader(t *testing.T) {
	s := startServing(t, "--no-starttls")
	s.stdout.breakOff()
	for range 3 {
		if err := smtp.SendMail(s.smtp, nil, "a@example.mn", []string{"b@example.com"}, []byte("x\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	if log := s.stderr.String(); strings.Count(log, "standard output is gone") != 1 {
		t.Errorf("log:\n%s", log)
	}
}

// external signs in by the certificate of the handshake.
type external struct{}

func (external) Start(*smtp.ServerInfo) (string, []byte, error) { return "EXTERNAL", nil, nil }

func (external) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return []byte{}, nil
	}
	return nil, nil
}

// selfSigned is a certificate for somebody, signed by nobody.
func selfSigned(t *testing.T, name string) tls.Certificate {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}
	der, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// EXTERNAL is offered to whoever shows a certificate, and only to them.
func TestExternal(t *testing.T) {
	s := startServing(t, "--mechanisms", "external")
	for _, certificates := range [][]tls.Certificate{nil, {selfSigned(t, "Бат")}} {
		c, err := smtp.Dial(s.smtp)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true, Certificates: certificates}); err != nil {
			t.Fatal(err)
		}
		if offered, _ := c.Extension("AUTH"); offered != (certificates != nil) {
			t.Errorf("%d certificates, AUTH offered: %t", len(certificates), offered)
		}
		if certificates != nil {
			err = c.Auth(external{})
		}
		if err := errors.Join(err, c.Quit()); err != nil {
			t.Error(err)
		}
	}
	if out := s.stop(); !strings.Contains(out, "signed in as Бат") {
		t.Errorf("got:\n%s", out)
	}
}

// The first signal lets an open transaction end, and closes idle sessions.
func TestSignalLetsATransactionEnd(t *testing.T) {
	s := startServing(t, "--log-format", "json")
	idle, busy := s.dial(), s.open()
	s.signal()
	s.expect(idle, 421)
	s.say(busy, 250, "Subject: late\r\n\r\nbut whole\r\n.")
	s.exited()
	if out := s.stdout.String(); !strings.HasSuffix(out, "\ncaught 1 message in 2 sessions\n") {
		t.Errorf("got:\n%s", out)
	}
}

func TestSecondSignalDoesNotWait(t *testing.T) {
	s := startServing(t)
	busy := s.open()
	s.signal()
	s.signal()
	s.exited()
	if line, err := busy.ReadLine(); err == nil && !strings.HasPrefix(line, "421") {
		t.Errorf("the open transaction got %q", line)
	}
	if out := s.stdout.String(); !strings.HasSuffix(out, "\ncaught 0 messages in 1 session\n") {
		t.Errorf("got:\n%s", out)
	}
}

// hostile is what a peer may send to play with a terminal or a build service.
const hostile = "\x1b]0;owned\x07\u202e\u009b31m##[error]::error::"

// sendHostile sends it wherever a line of the output may show it.
func sendHostile(s *serving) {
	c := s.dial()
	c.PrintfLine("EHLO %s", hostile)
	if _, err := c.ReadLine(); err != nil {
		s.t.Fatal(err)
	}
	s.say(c, 250, "EHLO client")
	s.say(c, 250, "MAIL FROM:<\"\u202ea\"@example.mn> SMTPUTF8")
	s.say(c, 250, "RCPT TO:<b@example.com>")
	s.say(c, 354, "DATA")
	s.say(c, 250, "Subject: "+hostile+strings.Repeat("long ", 300)+"\r\n\r\n"+hostile+"\r\n.")
	s.say(c, 221, "QUIT")
}

func TestTextIsFitForATerminal(t *testing.T) {
	for _, flags := range [][]string{{"--no-starttls"}, {"--no-starttls", "--transcript"}} {
		s := startServing(t, flags...)
		sendHostile(s)
		out := s.stop()
		for _, raw := range []string{"\x1b", "\x07", "\u202e", "\u009b", "##["} {
			if strings.Contains(out, raw) {
				t.Errorf("%q stands in:\n%q", raw, out)
			}
		}
		if !strings.Contains(out, `\x1b]0;owned`) || strings.Contains(out, strings.Repeat("long ", 200)) {
			t.Errorf("not shown, or not clipped:\n%s", out)
		}
	}
}

// JSON is harmless on a terminal, and says what was sent to a parser.
func TestJSONIsFitForATerminal(t *testing.T) {
	s := startServing(t, "--no-starttls", "--json")
	sendHostile(s)
	out := s.stop()
	for _, raw := range []string{"\x1b", "\x07", "\u202e", "\u009b", "##["} {
		if strings.Contains(out, raw) {
			t.Errorf("%q stands in:\n%q", raw, out)
		}
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), out)
	}
	var message messageEvent
	var session struct {
		Hello    string
		Messages []string
	}
	if err := errors.Join(json.Unmarshal([]byte(lines[1]), &message), json.Unmarshal([]byte(lines[2]), &session)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(message.Subject, "\u202e") || len(session.Messages) != 1 {
		t.Errorf("got %+v\n%+v", message, session)
	}
}

// A message is not part of its session's line, however large it is.
func TestSessionLineHasNoBodies(t *testing.T) {
	s := startServing(t, "--no-starttls", "--json")
	body := strings.Repeat("a line of a large message\r\n", 10000)
	if err := smtp.SendMail(s.smtp, nil, "a@example.mn", []string{"b@example.com"}, []byte(body)); err != nil {
		t.Fatal(err)
	}
	if out := s.stop(); len(out) > 10000 {
		t.Errorf("%d octets of output", len(out))
	}
}

// Addresses that are not UTF-8 come through whole.
func TestAddressThatIsNotUTF8(t *testing.T) {
	line := string(jsonReporter{}.message(messageFrom("\xff@example.mn")))
	if !strings.Contains(line, `"from":{"base64":`) || !json.Valid([]byte(line)) {
		t.Errorf("got %s", line)
	}
}
