// Package rawclient speaks to a server in octets, so that a spec sees what is
// on the wire and not what a client library makes of it. Its methods fail the
// running spec when the connection does what no spec expects.
package rawclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
)

// Patience is how long a client waits for octets before its spec fails. It is
// far beyond what a good server needs on a busy machine.
const Patience = 5 * time.Second

// Client is one end of a connection to a server under test. Make one with
// Dial, Hello or Over.
type Client struct {
	conn     net.Conn
	r        *bufio.Reader
	patience time.Duration
}

// Dial connects to srv and reads nothing yet. The connection is closed at the
// end of the spec.
func Dial(srv *harness.Server) *Client {
	ginkgo.GinkgoHelper()
	conn, err := srv.Dial(context.Background())
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	ginkgo.DeferCleanup(func() { conn.Close() })
	return Over(conn, Patience)
}

// Hello connects to srv, reads the greeting and says EHLO.
func Hello(srv *harness.Server) *Client {
	ginkgo.GinkgoHelper()
	c := Dial(srv)
	gomega.Expect(c.Reply()).To(gomega.HavePrefix("220 "))
	c.Hello()
	return c
}

// Over returns a client over conn, which stays the caller's to close. Inside a
// bubble of testing/synctest patience is virtual time; 0 is no end of it.
func Over(conn net.Conn, patience time.Duration) *Client {
	return &Client{conn: conn, r: bufio.NewReader(conn), patience: patience}
}

// Conn returns the connection below.
func (c *Client) Conn() net.Conn { return c.conn }

// Hello says EHLO and returns the reply.
func (c *Client) Hello() string {
	ginkgo.GinkgoHelper()
	reply := c.Ask("EHLO client.example")
	gomega.Expect(reply).To(gomega.HavePrefix("250"))
	return reply
}

// Octets writes octets as they are.
func (c *Client) Octets(octets string) {
	ginkgo.GinkgoHelper()
	gomega.Expect(c.TryOctets(octets)).To(gomega.Succeed())
}

// TryOctets is Octets for a spec in which the server may have hung up.
func (c *Client) TryOctets(octets string) error {
	_, err := c.Write([]byte(octets))
	return err
}

// Write is TryOctets without a copy of the octets.
func (c *Client) Write(octets []byte) (int, error) {
	if c.patience > 0 {
		c.conn.SetWriteDeadline(time.Now().Add(c.patience))
	}
	return c.conn.Write(octets)
}

// Lines writes lines, each with CRLF, in one segment.
func (c *Client) Lines(lines ...string) {
	ginkgo.GinkgoHelper()
	c.Octets(strings.Join(lines, "\r\n") + "\r\n")
}

// Reply reads one whole reply, whatever its number of lines, and returns it
// without its last CRLF.
func (c *Client) Reply() string {
	ginkgo.GinkgoHelper()
	reply, err := c.TryReply()
	gomega.Expect(err).NotTo(gomega.HaveOccurred(), "after %q", reply)
	return reply
}

// TryReply is Reply for a spec in which the server may hang up instead.
func (c *Client) TryReply() (string, error) {
	var all strings.Builder
	for {
		line, err := c.TryLine()
		all.WriteString(line)
		if err != nil || len(line) < 4 || line[3] != '-' {
			return strings.TrimSuffix(all.String(), "\r\n"), err
		}
	}
}

// TryLine reads one line with its ending.
func (c *Client) TryLine() (string, error) {
	c.limitRead()
	return c.r.ReadString('\n')
}

func (c *Client) limitRead() {
	if c.patience > 0 {
		c.conn.SetReadDeadline(time.Now().Add(c.patience))
	}
}

// FirstOctet waits for an octet and leaves it to the next read.
func (c *Client) FirstOctet() byte {
	ginkgo.GinkgoHelper()
	c.limitRead()
	b, err := c.r.Peek(1)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return b[0]
}

// Exactly reads n octets.
func (c *Client) Exactly(n int) string {
	ginkgo.GinkgoHelper()
	c.limitRead()
	octets := make([]byte, n)
	_, err := io.ReadFull(c.r, octets)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return string(octets)
}

// Ask sends one line and returns the reply to it.
func (c *Client) Ask(line string) string {
	ginkgo.GinkgoHelper()
	c.Lines(line)
	return c.Reply()
}

// Expecting sends one line and expects a reply that begins with prefix.
func (c *Client) Expecting(prefix, line string) {
	ginkgo.GinkgoHelper()
	gomega.Expect(c.Ask(line)).To(gomega.HavePrefix(prefix), "the reply to %q", line)
}

// Dialogue runs pairs of a line and the beginning of the reply to it.
func (c *Client) Dialogue(pairs ...string) {
	ginkgo.GinkgoHelper()
	for i := 0; i+1 < len(pairs); i += 2 {
		c.Expecting(pairs[i+1], pairs[i])
	}
}

// Rest reads up to the end of the connection. The error is nil for a FIN.
func (c *Client) Rest() (string, error) {
	c.limitRead()
	rest, err := io.ReadAll(c.r)
	return string(rest), err
}

// ExpectFIN expects the server to end the connection in order, with nothing
// more said.
func (c *Client) ExpectFIN() {
	ginkgo.GinkgoHelper()
	rest, err := c.Rest()
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	gomega.Expect(rest).To(gomega.BeEmpty())
}

// ExpectReset expects the server to break the connection.
func (c *Client) ExpectReset() {
	ginkgo.GinkgoHelper()
	rest, err := c.Rest()
	gomega.Expect(errors.Is(err, syscall.ECONNRESET)).To(gomega.BeTrue(), "the end is %v behind %q", err, rest)
	gomega.Expect(rest).To(gomega.BeEmpty())
}

// ExpectSilence expects no octet for d.
func (c *Client) ExpectSilence(d time.Duration) {
	ginkgo.GinkgoHelper()
	c.conn.SetReadDeadline(time.Now().Add(d))
	b, err := c.r.ReadByte()
	gomega.Expect(errors.Is(err, os.ErrDeadlineExceeded)).To(gomega.BeTrue(), "got %q and %v", b, err)
}

// Send begins a transaction and sends data, which has its dots doubled already
// and no final dot. It returns the last reply.
func (c *Client) Send(data string) string {
	ginkgo.GinkgoHelper()
	c.Begin()
	c.Octets(data + "\r\n.\r\n")
	return c.Reply()
}

// Begin leads a session from EHLO to the 354.
func (c *Client) Begin() {
	ginkgo.GinkgoHelper()
	c.Dialogue("MAIL FROM:<dorj@example.mn>", "250", "RCPT TO:<bat@example.com>", "250", "DATA", "354")
}

// Quit says QUIT and expects the 221 and the end.
func (c *Client) Quit() {
	ginkgo.GinkgoHelper()
	c.Expecting("221", "QUIT")
	c.ExpectFIN()
}

// Close hangs up without a word.
func (c *Client) Close() {
	ginkgo.GinkgoHelper()
	gomega.Expect(c.conn.Close()).To(gomega.Succeed())
}

// Break resets the connection, as a client that dies does.
func (c *Client) Break() {
	ginkgo.GinkgoHelper()
	gomega.Expect(c.conn.(interface{ SetLinger(int) error }).SetLinger(0)).To(gomega.Succeed())
	c.Close()
}

// StartTLS says STARTTLS and goes on encrypted. The error is the handshake's.
func (c *Client) StartTLS(cfg *tls.Config) error {
	ginkgo.GinkgoHelper()
	c.Expecting("220", "STARTTLS")
	return c.Handshake(cfg)
}

// Handshake puts TLS over the connection.
func (c *Client) Handshake(cfg *tls.Config) error {
	c.limitRead()
	conn := tls.Client(c.conn, cfg)
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.conn, c.r = conn, bufio.NewReader(conn)
	return nil
}

// ReplyWithin waits for a reply no longer than d, and says whether one came.
func (c *Client) ReplyWithin(d time.Duration) (reply string, came bool) {
	ginkgo.GinkgoHelper()
	c.conn.SetReadDeadline(time.Now().Add(d))
	defer c.conn.SetReadDeadline(time.Time{})
	if _, err := c.r.Peek(1); err != nil {
		gomega.Expect(err).To(gomega.MatchError(os.ErrDeadlineExceeded))
		return "", false
	}
	c.conn.SetReadDeadline(time.Time{})
	return c.Reply(), true
}
