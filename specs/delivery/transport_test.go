package delivery_test

import (
	"context"
	"net"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const (
	mail = "MAIL FROM:<dorj@example.mn>"
	rcpt = "RCPT TO:<bat@example.com>"
	text = "Subject: Сайн уу\r\n\r\nБаярлалаа."
)

// transport is a way to reach a server.
type transport struct {
	implicit bool
	options  []harness.Option
}

var (
	tcp       = transport{options: []harness.Option{harness.WithSTARTTLS()}}
	memory    = transport{options: []harness.Option{harness.WithSTARTTLS(), harness.InMemory()}}
	insideTLS = transport{true, []harness.Option{harness.WithImplicitTLS()}}
)

// overEach makes a table's entries, one for each transport.
func overEach() []TableEntry {
	return []TableEntry{Entry("over TCP", tcp), Entry("in memory", memory), Entry("inside TLS", insideTLS)}
}

func (w transport) server(rules ...harness.Rule) *harness.Server {
	GinkgoHelper()
	return harness.NewServer(GinkgoT(), append(w.options, harness.WithRules(rules...))...)
}

// dial connects, and is done with TLS if that comes first.
func (w transport) dial(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	c := rawclient.Dial(srv)
	if w.implicit {
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
	}
	return c
}

// hello is dial with the greeting and EHLO behind it.
func (w transport) hello(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	c := w.dial(srv)
	Expect(c.Reply()).To(HavePrefix("220 "))
	c.Hello()
	return c
}

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

// ended returns the only session once it is over.
func ended(ctx context.Context, srv *harness.Server) *harness.Session {
	GinkgoHelper()
	sessions, err := srv.WaitForSessions(ctx, 1)
	Expect(err).NotTo(HaveOccurred())
	return sessions[0]
}

// recorded returns the octets that the server sent, as the record has them.
func recorded(s *harness.Session) string {
	var all strings.Builder
	all.WriteString(s.Greeting.Octets())
	for _, c := range s.Commands {
		all.WriteString(c.Reply.Octets())
		for _, more := range c.More {
			all.WriteString(more.Octets())
		}
	}
	all.WriteString(s.Farewell.Octets())
	return all.String()
}

// tap is a connection that keeps what was read from it.
type tap struct {
	net.Conn
	mu  sync.Mutex // guards all
	all []byte
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, p[:n]...)
	return n, err
}

func (t *tap) heard() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.all...)
}

// tapped is a connection to srv, and a client over it that has read nothing.
func tapped(srv *harness.Server) (*tap, *rawclient.Client) {
	GinkgoHelper()
	conn, err := srv.Dial(context.Background())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { conn.Close() })
	t := &tap{Conn: conn}
	return t, rawclient.Over(t, rawclient.Patience)
}

// tlsRecords are the content types of the TLS records in octets, RFC 8446 §5.1.
func tlsRecords(octets []byte) (types []byte) {
	for len(octets) >= 5 {
		n := 5 + int(octets[3])<<8 + int(octets[4])
		types, octets = append(types, octets[0]), octets[min(n, len(octets)):]
	}
	return types
}
