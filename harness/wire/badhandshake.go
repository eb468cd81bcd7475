package wire

import (
	"crypto/tls"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// handshakeConfig is the server's TLS, with what a rule changes about this
// handshake.
func (s *Session) handshakeConfig() *tls.Config {
	if s.rule == nil || s.rule.act.certificate == "" && s.rule.act.tlsMin == 0 {
		return s.cfg.TLS
	}
	act := &s.rule.act
	config := s.cfg.TLS.Clone()
	if act.tlsMin != 0 {
		config.MinVersion, config.MaxVersion = act.tlsMin, act.tlsMax
	}
	if act.certificate != "" && s.cfg.BadCertificate != nil {
		certificate, err := s.cfg.BadCertificate(act.certificate)
		if err != nil {
			s.violate(record.Violation{Rule: s.rule.Name(), Text: err.Error()})
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config
}

// What spoilHandshake answers with.
const (
	notTLS = "\x00\xff no TLS here \xff\x00\r\n"
	// A fatal alert, handshake_failure: RFC 8446 §6 and §5.1.
	fatalAlert  = "\x15\x03\x03\x00\x02\x02\x28"
	plainAnswer = "454 4.7.0 TLS not available due to temporary reason\r\n"
)

// spoilHandshake answers the client's first octets of TLS with something else.
func (s *Session) spoilHandshake(how string) {
	answer := map[string]string{"garbage": notTLS, "alert": fatalAlert, "plain": plainAnswer}[how]
	s.out = append(s.out, answer...)
	switch {
	case !s.flush():
	case how == "hang":
		s.sleep(time.Until(s.rec.base.Add(s.cfg.Limits.Session)))
	case how != "drop":
		s.sock.closeWrite()
		s.linger()
	}
	s.hangUp(record.EndTLSFailed, s.rule.Name())
}
