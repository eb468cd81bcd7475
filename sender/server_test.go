package sender

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// script is a small server that follows the rules except where it is told not
// to. Its connections are unbuffered pipes, so that a client which writes while
// it should read stands still.
type script struct {
	greeting string              // raw; default 220
	lhlo     bool                // LMTP
	ehlo     []string            // extension lines
	ehloTLS  []string            // the same inside TLS
	replies  map[string]string   // verb, or whole line, to raw reply
	auth     func(*peer, string) // answers AUTH
	tls      *tls.Config         // for STARTTLS
	implicit bool                // TLS first
	early    string              // raw reply in the middle of the message

	over chan struct{} // closed with the test

	mu       sync.Mutex // guards what follows
	commands []string
	messages []string
	sessions int
}

// Replies that are acts.
const (
	drop   = "<drop>"   // close without a word
	silent = "<silent>" // read on and never answer
	half   = "<half>"   // close one direction, TCP only
	deaf   = "<deaf>"   // neither read nor answer
)

type peer struct {
	s      *script
	conn   net.Conn
	br     *bufio.Reader
	secure bool
	rcpts  int
}

// options returns Options whose Dialer leads to the script.
func (s *script) options(t testing.TB) *Options {
	t.Helper()
	var wg sync.WaitGroup
	var open []net.Conn
	over := make(chan struct{})
	s.over = over
	t.Cleanup(func() {
		close(over)
		for _, c := range open {
			_ = c.Close()
		}
		wg.Wait()
	})
	return &Options{Hello: "client.test", Dialer: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		open = append(open, client, server)
		wg.Go(func() {
			defer server.Close()
			s.serve(server)
		})
		return client, nil
	}}
}

// overTCP returns a Dialer that leads to the script over the loopback, where a
// write ends in a buffer.
func (s *script) overTCP(t testing.TB) dialer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				s.serve(conn)
			})
		}
	})
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", l.Addr().String())
	}
}

func (s *script) serve(conn net.Conn) {
	p := &peer{s: s, conn: conn}
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	if s.implicit {
		conn = tls.Server(conn, s.tls)
		p.conn, p.secure = conn, true
	}
	p.br = bufio.NewReader(p.conn)
	greeting := s.greeting
	if greeting == "" {
		greeting = "220 mx.test ESMTP\r\n"
	}
	if !p.answer(greeting) {
		return
	}
	for {
		line, err := p.line()
		if err != nil || !p.command(line) {
			return
		}
	}
}

func (p *peer) line() (string, error) {
	line, err := p.br.ReadString('\n')
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(line, "\r\n") {
		line = "BARE-LF " + line
	}
	line = strings.TrimSuffix(line, "\r\n")
	p.s.mu.Lock()
	p.s.commands = append(p.s.commands, line)
	p.s.mu.Unlock()
	return line, nil
}

func (p *peer) answer(raw string) bool {
	text, act, _ := strings.Cut(raw, "<")
	if _, err := io.WriteString(p.conn, text); text != "" && err != nil {
		return false
	}
	switch "<" + act {
	case silent:
		_, _ = io.Copy(io.Discard, p.conn)
	case deaf:
		<-p.s.over
	case half:
		_ = p.conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, p.conn)
	case drop:
	default:
		return true
	}
	return false
}

func (p *peer) command(line string) bool {
	verb, _, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if verb == "BDAT" {
		return p.bdat(line)
	}
	raw, ok := p.s.replies[line]
	if !ok {
		raw, ok = p.s.replies[verb]
	}
	if !ok {
		return p.usual(verb, line)
	}
	if verb == "RCPT" && strings.HasPrefix(raw, "2") {
		p.rcpts++
	}
	if verb == "DATA" && strings.HasPrefix(raw, "354") {
		return p.answer(raw) && p.message()
	}
	return p.answer(raw) && verb != "QUIT"
}

func (p *peer) usual(verb, line string) bool {
	switch verb {
	case "EHLO", "LHLO":
		if (verb == "LHLO") != p.s.lhlo {
			return p.answer("500 5.5.1 not here\r\n")
		}
		return p.answer(p.capabilities())
	case "STARTTLS":
		return p.startTLS()
	case "AUTH":
		if p.s.auth == nil {
			return p.answer("502 5.5.1 no\r\n")
		}
		p.s.auth(p, line)
		return true
	case "RCPT":
		p.rcpts++
		return p.answer("250 2.1.5 ok\r\n")
	case "HELO", "MAIL", "RSET", "NOOP":
		if verb != "HELO" {
			p.rcpts = 0
		}
		return p.answer("250 2.0.0 ok\r\n")
	case "DATA":
		return p.answer("354 go\r\n") && p.message()
	case "QUIT":
		p.answer("221 bye\r\n")
		return false
	}
	return p.answer("500 5.5.1 what\r\n")
}

func (p *peer) capabilities() string {
	lines := p.s.ehlo
	if p.secure && p.s.ehloTLS != nil {
		lines = p.s.ehloTLS
	}
	all := append([]string{"mx.test"}, lines...)
	var b strings.Builder
	for i, l := range all {
		sep := "-"
		if i == len(all)-1 {
			sep = " "
		}
		fmt.Fprintf(&b, "250%s%s\r\n", sep, l)
	}
	return b.String()
}

func (p *peer) startTLS() bool {
	if p.s.tls == nil || p.secure {
		return p.answer("502 5.5.1 no\r\n")
	}
	if !p.answer("220 go\r\n") {
		return false
	}
	conn := tls.Server(p.conn, p.s.tls)
	if conn.Handshake() != nil {
		return false
	}
	p.conn, p.secure = conn, true
	p.br = bufio.NewReader(conn)
	return true
}

func (p *peer) message() bool {
	var b strings.Builder
	for {
		line, err := p.br.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(line)
		if p.s.early != "" && b.Len() > 100_000 {
			return p.answer(p.s.early)
		}
	}
	p.keep(b.String())
	return p.finals()
}

func (p *peer) keep(msg string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.messages = append(p.s.messages, msg)
}

func (p *peer) finals() bool {
	n := 1
	if p.s.lhlo {
		n = p.rcpts
	}
	for i := range n {
		raw, ok := p.s.replies["."+strconv.Itoa(i)]
		if !ok {
			raw, ok = p.s.replies["."]
		}
		if !ok {
			raw = "250 2.0.0 queued as Q1\r\n"
		}
		if !p.answer(raw) {
			return false
		}
	}
	return true
}

func (p *peer) bdat(line string) bool {
	fields := strings.Fields(line)
	n, _ := strconv.Atoi(fields[1])
	chunk := make([]byte, n)
	if _, err := io.ReadFull(p.br, chunk); err != nil {
		return false
	}
	p.keep(string(chunk))
	if raw, ok := p.s.replies["BDAT"]; ok {
		return p.answer(raw)
	}
	if len(fields) == 3 {
		return p.finals()
	}
	return p.answer("250 ok\r\n")
}

func (s *script) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// heard says whether a command that begins with prefix arrived.
func (s *script) heard(prefix string) bool {
	return slices.ContainsFunc(s.said(), func(l string) bool { return strings.HasPrefix(l, prefix) })
}

func (s *script) received() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.messages, "")
}

// stuffed undoes dot-stuffing.
func unstuff(s string) string {
	return strings.TrimPrefix(strings.ReplaceAll("\r\n"+s, "\r\n.", "\r\n"), "\r\n")
}

const (
	alice = "alice@example.org"
	bat   = "bat@example.net"
	hello = "Subject: hi\r\n\r\nhello\r\n"
)

// mail sends hello from alice to bat, or to whom is given.
func (s *script) mail(t testing.TB, change func(*Options), to ...string) (*Result, error) {
	t.Helper()
	opts := s.options(t)
	if change != nil {
		change(opts)
	}
	if to == nil {
		to = []string{bat}
	}
	return SendMail(t.Context(), "mx.test:25", opts, alice, to, []byte(hello))
}
