package harness

import (
	"net"

	"github.com/mhale/smtpd"

	"github.com/smtpspec/smtpspec/harness/wire"
)

// converse lets smtpd run the base commands of a session on conn: their
// sequence, their replies, and the AUTH mechanisms. A value of smtpd.Server
// serves one connection, so that its handlers know whose they are.
func converse(conn net.Conn, s *wire.Session) {
	srv := &smtpd.Server{
		Hostname:          "localhost", // in the challenge of CRAM-MD5 only; else nothing smtpd says of itself is sent
		DisableReverseDNS: true,
		MaxRecipients:     1 << 30,
		AuthMechs:         everyMechanism,
		Handler: func(net.Addr, string, []string, []byte) error {
			return s.Deliver()
		},
		AuthHandler: func(_ net.Addr, mechanism string, username, password, shared []byte) (bool, error) {
			return s.Authenticate(mechanism, string(username), string(password), shared), nil
		},
	}
	srv.Serve(&oneConn{conn})
}

// everyMechanism lets smtpd run what the wire lets through. It is read only.
var everyMechanism = map[string]bool{"PLAIN": true, "LOGIN": true, "CRAM-MD5": true}

// oneConn is a listener that has one connection to give.
type oneConn struct{ conn net.Conn }

func (l *oneConn) Accept() (net.Conn, error) {
	conn := l.conn
	if conn == nil {
		return nil, net.ErrClosed
	}
	l.conn = nil
	return conn, nil
}

func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return nil }
