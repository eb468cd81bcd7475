package wire

import (
	"crypto/tls"

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
		config.Certificates, config.GetCertificate = []tls.Certificate{certificate}, nil
		// A client that resumes a session is shown no certificate.
		config.SessionTicketsDisabled = true
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
// To answer before would let a client take the octets for more of the 220.
func (s *Session) spoilHandshake(how string) {
	s.sock.limitRead(s.patience(s.cfg.Limits.Idle))
	if _, err := s.sock.Read(s.in.buf); err != nil {
		s.handshakeFailed(err)
		return
	}
	switch how {
	case "hang":
		s.readOff()
	case "garbage":
		s.answerHandshake(notTLS)
	case "alert":
		s.answerHandshake(fatalAlert)
	case "plain":
		s.answerHandshake(plainAnswer)
	}
	end := record.EndTLSFailed
	if s.aborted.Load() {
		end = record.EndServerClosed
	}
	s.hangUp(end, s.rule.Name())
}

// answerHandshake says octets that are no TLS, and nothing more.
func (s *Session) answerHandshake(octets string) {
	reply := record.ParseReply(octets)
	reply.At, reply.Rule = s.rec.now(), s.rule.Name()
	s.rec.farewell(reply)
	if s.out = append(s.out, octets...); s.flush() {
		s.finish(record.EndTLSFailed, s.rule.Name())
		s.sock.closeWrite()
		s.linger()
	}
}

// readOff reads, and forgets what it reads, until the client hangs up.
func (s *Session) readOff() {
	s.mute = true
	s.sock.limitRead(s.patience(0))
	for err := error(nil); err == nil; {
		_, err = s.sock.Read(s.in.buf)
	}
}
