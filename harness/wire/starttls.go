package wire

import (
	"bytes"
	"crypto/tls"
	"errors"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// STARTTLS, RFC 3207: the session goes on encrypted and forgets what it knew.
var startTLS = extension{
	keyword: "STARTTLS",
	line: func(cfg *Config, to client) string {
		if cfg.TLS == nil || to.tls {
			return ""
		}
		return "STARTTLS"
	},
}

func (s *Session) serveStartTLS(c record.Command) record.Reply {
	switch {
	case s.secured():
		return badSequence
	case !s.offers(&startTLS):
		s.note(notOffered, c.Line)
		return notImplemented
	case c.Arg != "":
		s.note(extraArgument, c.Line)
		return noArgument
	case s.open:
		return badSequence
	}
	return readyForTLS
}

// upgrade runs the handshake behind a 220 and asks for a new dialogue: the
// knowledge of the one before is void, RFC 3207 §4.2.
func (s *Session) upgrade() {
	plaintext := s.keepEarly()
	if s.release(); !s.flush() || !s.handshake(false) {
		return
	}
	s.state = state{}
	s.restart = true
	if len(plaintext) > 0 {
		s.in.put(plaintext)
	}
}

// keepEarly takes what came in STARTTLS' own segment. A ClientHello goes to the
// handshake. Anything else is dropped, or it would be taken for something said
// under TLS; a rule may want just that, and then it is returned.
func (s *Session) keepEarly() (plaintext []byte) {
	early := bytes.Clone(s.in.take())
	if len(early) == 0 {
		return nil
	}
	s.note(behindStartTLS, s.maskEarly(early))
	switch {
	case looksLikeTLS(early):
		s.sock.early = early
	case s.rule != nil && s.rule.act.keepPlain:
		return early
	}
	return nil
}

// looksLikeTLS says that b begins with a TLS handshake record.
func looksLikeTLS(b []byte) bool {
	return b[0] == 0x16 && (len(b) < 2 || b[1] == 3)
}

// handshake turns the connection into a TLS one. After a failure nothing is
// said in clear.
func (s *Session) handshake(implicit bool) bool {
	if s.rule != nil && s.rule.act.handshake != "" {
		s.spoilHandshake(s.rule.act.handshake)
		return false
	}
	now := time.Now()
	s.sock.limitRead(now.Add(s.cfg.Limits.Idle))
	s.sock.limitWrite(now.Add(s.cfg.Limits.Idle))
	conn := tls.Server(s.sock, s.handshakeConfig())
	if err := conn.Handshake(); err != nil {
		s.handshakeFailed(err)
		return false
	}
	s.conn = conn
	s.rec.encrypted(s.tlsFacts(conn.ConnectionState(), implicit))
	return true
}

func (s *Session) handshakeFailed(err error) {
	end := record.EndTLSFailed
	if s.aborted.Load() {
		end = record.EndServerClosed
	}
	s.noteClear(err)
	s.hangUp(end, err.Error())
}

// noteClear records the beginning of what came in place of a ClientHello. An
// alert is TLS, and so is the hello of SSL 2.0.
func (s *Session) noteClear(err error) {
	header, ok := errors.AsType[tls.RecordHeaderError](err)
	if ok && header.RecordHeader[0] >= ' ' && header.RecordHeader[0] < 0x7f {
		s.note(noClientHello, s.maskEarly(header.RecordHeader[:]))
	}
}

func (s *Session) tlsFacts(state tls.ConnectionState, implicit bool) *record.TLS {
	t := &record.TLS{
		At:         s.rec.now(),
		Implicit:   implicit,
		Version:    tls.VersionName(state.Version),
		Cipher:     tls.CipherSuiteName(state.CipherSuite),
		ServerName: state.ServerName,
		ALPN:       s.sock.alpn,
		Resumed:    state.DidResume,
	}
	if len(state.PeerCertificates) > 0 {
		t.ClientCert = state.PeerCertificates[0].Subject.String()
	}
	return t
}

// noteHello keeps what only the ClientHello says.
func noteHello(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if k, ok := hello.Conn.(*socket); ok {
		k.alpn = hello.SupportedProtos
	}
	return nil, nil
}
