package harness

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// sessionSeeds are dialogues that reach every state, whole and broken.
var sessionSeeds = []string{
	"",
	"QUIT\r\n",
	"EHLO x\r\nMAIL FROM:<a@b.mn>\r\nRCPT TO:<c@d.mn>\r\nDATA\r\nSubject: Сайн уу\r\n\r\n..x\r\n.\r\nQUIT\r\n",
	"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.mn>\r\nDATA\r\na\n.\nb\r.\rc\r\n.\n\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.mn>\r\nDATA\r\n.\r\n",
	"EHLO x\r\nMAIL FROM:<a@b.mn> SIZE=5 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<бат@d.mn>\r\nRSET\r\nDATA\r\nx\r\n.\r\n",
	"EHLO x\r\nAUTH PLAIN AGJhdABzM2NyZXQ=\r\nAUTH LOGIN\r\nYmF0\r\nczNjcmV0\r\nAUTH CRAM-MD5\r\n*\r\nAUTH PLAIN\r\n\r\n",
	"EHLO x\r\nAUTH PLAIN\r\n" + strings.Repeat("A", 13000) + "\r\nNOOP\r\n",
	"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<>\r\n",
	"STARTTLS\r\n", "HELO x\nMAIL FROM:<>\n", "\r\n \r\n\x00\r\nNOOP\xff\r\nVRFY x\r\nEXPN\r\nHELP\r\nBODY\r\nBDAT 1\r\n",
	"POST / HTTP/1.1\r\n", "\x16\x03\x01\x02", strings.Repeat("A", 5000) + "\r\nNOOP\r\n", strings.Repeat("NOOP\r\n", 60),
	"EHLO x\r\nDATA\r\nRSET\r\n", "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.mn>\r\nDATA\r\n" + strings.Repeat("x", 3000) + "\r\n.\r\nNOOP\r\n",
	"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.mn>\r\nDATA\r\n" + strings.Repeat("x", 9000),
}

// FuzzSession sends any octets in any pieces. The server must live, the
// session must end, and every message must be what the octets say.
func FuzzSession(f *testing.F) {
	for i, seed := range sessionSeeds {
		f.Add([]byte(seed), uint16(0), byte(i))
		f.Add([]byte(seed), uint16(1), byte(i+1))
		f.Add([]byte(seed), uint16(7), byte(i+2))
	}
	f.Fuzz(func(t *testing.T, octets []byte, piece uint16, variant byte) {
		if len(octets) > 64<<10 || piece > 0 && len(octets)/int(piece) > 5000 {
			return
		}
		srv, err := Listen(context.Background(), fuzzedOptions(variant)...)
		if err != nil {
			t.Fatal(err)
		}
		exchangeOctets(t, srv, octets, int(piece))
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		checkFuzzed(t, srv, octets)
	})
}

func fuzzedOptions(variant byte) []Option {
	limits := DefaultLimits()
	limits.Message, limits.Errors, limits.Commands = 2000, 10, 50
	options := []Option{InMemory(), WithLimits(limits)}
	if variant&1 != 0 {
		options = append(options, WithUser("bat", "s3cret"), AllowPlaintextAuth(true))
	}
	if variant&2 != 0 {
		options = append(options, WithSTARTTLS())
	}
	if variant&4 != 0 {
		options = append(options, WithRules(On(MAIL).Nth(2).Reply(451, "x"), On(RCPT).To("no*").Reply(550, "x"), On(DATA).Nth(3).Reply(451, "x"),
			On(BODY).Nth(2).Reply(554, "x"), On(NOOP).Nth(5).Stall(), On(BODY).Nth(4).DropAfterBytes(10)))
	}
	if variant&8 != 0 {
		options = append(options, Withhold("PIPELINING"), Strict())
	}
	return options
}

// exchangeOctets plays a client that reads and writes at the same time, and
// leaves when it has said all.
func exchangeOctets(t *testing.T, srv *Server, octets []byte, piece int) {
	t.Helper()
	conn, err := srv.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	over := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		over <- err
	}()
	if piece == 0 {
		piece = len(octets)
	}
	for len(octets) > 0 {
		n := min(piece, len(octets))
		if _, err := conn.Write(octets[:n]); err != nil {
			break
		}
		octets = octets[n:]
	}
	conn.(interface{ CloseWrite() error }).CloseWrite()
	if err := <-over; errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("the session does not end")
	} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Fatal("the session does not end")
	}
	conn.Close()
}

func checkFuzzed(t *testing.T, srv *Server, octets []byte) {
	t.Helper()
	sessions := srv.Sessions()
	if len(sessions) != 1 || sessions[0].End == StillOpen {
		t.Fatalf("%d sessions, %s", len(sessions), srv.Report())
	}
	for _, v := range srv.Violations() {
		if strings.Contains(v.Text, "panicked") {
			t.Fatal(v.Text)
		}
	}
	if len(srv.Messages()) != len(sessions[0].Messages) {
		t.Fatalf("%d messages, %d in the session", len(srv.Messages()), len(sessions[0].Messages))
	}
	bodies := framed(sessions[0], octets)
	for i, m := range srv.Messages() {
		if i >= len(bodies) || !bytes.Equal(m.Raw(), bodies[i]) {
			t.Fatalf("message %d is %q, the framing says %q\n%s", m.ID, m.Raw(), bodies, sessions[0].Transcript())
		}
	}
}

// framed reads the octets as RFC 5321 §4.5.2 frames them, led by the replies:
// lines up to LF, and behind a 354 data up to CRLF.CRLF. It returns the bodies
// that were accepted, without the dots of the wire.
func framed(s *Session, octets []byte) (accepted [][]byte) {
	rest := octets
	for _, c := range s.Commands {
		if c.Verb == "BODY" && c.Line == "" {
			body, behind, found := cutBody(rest)
			if found && c.Reply.Positive() {
				accepted = append(accepted, body)
			}
			rest = behind
			continue
		}
		_, behind, _ := bytes.Cut(rest, []byte("\n"))
		if rest = behind; c.Verb == "STARTTLS" && c.Reply.Code == 220 {
			return accepted
		}
	}
	return accepted
}

func cutBody(octets []byte) (raw, behind []byte, found bool) {
	data, behind, found := bytes.Cut(append([]byte("\r\n"), octets...), []byte("\r\n.\r\n"))
	if !found {
		return nil, nil, false
	}
	raw = append(data, "\r\n"...)[2:]
	raw = bytes.TrimPrefix(raw, []byte("."))
	return bytes.ReplaceAll(raw, []byte("\r\n."), []byte("\r\n")), behind, true
}
