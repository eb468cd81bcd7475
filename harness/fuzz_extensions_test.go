package harness

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpspec/smtpspec/harness/wire"
)

// everything is a server that offers all it can.
func everything(t *testing.T) *Server {
	t.Helper()
	l := DefaultLimits()
	l.Message, l.Transactions, l.Domains, l.Recipients = 1000, 20, 5, 10
	srv, err := Listen(context.Background(), InMemory(), WithLimits(l), WithSTARTTLS(),
		Advertise("DSN", "CHUNKING", "BINARYMIME", "DELIVERBY", "MT-PRIORITY", "LIMITS", "REQUIRETLS"),
		WithUser("bat", "pw"), WithMechanisms(wire.Mechanisms()...), AllowPlaintextAuth(true),
		AcceptXCLIENT("127.0.0.0/8"), AcceptPROXY("10.0.0.0/8"))
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

// from is a connection whose other end has an address that may be trusted.
type from struct {
	*wire.MemoryConn
	addr string
}

func (f from) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(f.addr), Port: 2525} }

// session runs one over octets and returns when the server has hung up.
func (s *Server) session(t *testing.T, octets []byte, addr string, lmtp bool) {
	t.Helper()
	link := wire.NewMemory("fuzz")
	defer link.Close()
	client, err := link.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	server, err := link.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s.begin(from{server.(*wire.MemoryConn), addr}, listenSpec{lmtp: lmtp})
	go func() {
		client.Write(octets)
		client.(*wire.MemoryConn).CloseWrite()
	}()
	io.Copy(io.Discard, client)
	client.Close()
}

func FuzzExtensions(f *testing.F) {
	for _, seed := range extensionSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		// The end of the bubble fails if a goroutine is left.
		synctest.Test(t, func(t *testing.T) { serveEverybody(t, octets) })
	})
}

// serveEverybody gives octets to sessions of all kinds, and expects nothing of
// them to be left.
func serveEverybody(t *testing.T, octets []byte) {
	srv := everything(t)
	for _, addr := range []string{"127.0.0.1", "10.0.0.1", "192.0.2.1"} {
		for _, lmtp := range []bool{false, true} {
			srv.session(t, octets, addr, lmtp)
		}
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	for _, v := range srv.Violations() {
		t.Errorf("violation: %s: %s", v.Rule, v.Text)
	}
	if srv.inFlight != 0 {
		t.Errorf("%d octets of message data were never given back", srv.inFlight)
	}
	if _, err := json.Marshal(srv.Report()); err != nil {
		t.Error(err)
	}
}

const envelope = "EHLO x\r\nMAIL FROM:<a@example.mn>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n"

var extensionSeeds = []string{
	envelope + "BDAT 3\r\nabcBDAT 0 LAST\r\nQUIT\r\n",
	envelope + "BDAT 3\r\nabcRSET\r\nBDAT 2000 LAST\r\nabc",
	envelope + "BDAT 9999999999 LAST\r\n" + strings.Repeat("x", 5000),
	envelope + "BDAT x\r\n",
	strings.Replace(envelope, "EHLO", "LHLO", 1) + "DATA\r\nx\r\n.\r\nQUIT\r\n",
	strings.Replace(envelope, "EHLO", "LHLO", 1) + "BDAT 1\r\nxBDAT 1001 LAST\r\n" + strings.Repeat("x", 1001) + "QUIT\r\n",
	"EHLO x\r\nMAIL FROM:<> RET=FULL ENVID=a+2Bb BY=1;R MT-PRIORITY=-9 BODY=BINARYMIME SIZE=1\r\nRCPT TO:<b@c.example> NOTIFY=NEVER ORCPT=rfc822;x+40y\r\n",
	"EHLO x\r\nXCLIENT NAME=a ADDR=IPV6:::1 LOGIN=b\r\nEHLO y\r\nMAIL FROM:<>\r\n",
	"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + envelope,
	"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x00\x02" + envelope,
	"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00",
	"EHLO x\r\nAUTH OAUTHBEARER =\r\n\r\nAUTH OAUTHBEARER bixhPWEsAWF1dGg9QmVhcmVyIHgBAQ==\r\nAQ==\r\nNOOP\r\n",
	"EHLO x\r\nAUTH XOAUTH2 dXNlcj1iYXQBYXV0aD1CZWFyZXIgcHcBAQ==\r\nMAIL FROM:<>\r\n",
	"EHLO x\r\nAUTH SCRAM-SHA-256 biwsbj1iYXQscj1hYmM=\r\nYz1iaXdzLHI9YWJjLHA9QUFBQQ==\r\n*\r\n",
	"EHLO x\r\nAUTH ANONYMOUS\r\n=\r\nAUTH PLAIN AGJhdABwdw==\r\nAUTH EXTERNAL =\r\n",
	"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\x00\x05hello",
}
