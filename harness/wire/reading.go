package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// readLine returns the client's next line with its ending, good until the next
// read, and whether the session goes on. The line is nil where the dialogue has
// to be fed first, and where a script gets a line that is too long.
func (s *Session) readLine() ([]byte, bool) {
	s.pipelined = s.greeted && s.lines > 0 && !s.in.empty()
	for {
		limit := s.lineLimit()
		line, err := s.in.line(limit)
		if err != nil {
			if s.overlong(limit); s.over || s.feeds.n > 0 || s.scripted() {
				return nil, !s.over
			}
			continue
		}
		if line != nil {
			return line, true
		}
		if !s.fill(limit) {
			return nil, false
		}
	}
}

func (s *Session) lineLimit() int {
	if s.auth.step {
		return s.cfg.Limits.AuthLine
	}
	return s.cfg.Limits.Line
}

// fill waits for octets. Everything that was to be said is said first.
func (s *Session) fill(limit int) bool {
	if s.lines == 0 {
		s.noteEarly()
	}
	if !s.flush() {
		return false
	}
	s.sock.limitRead(s.patience(s.cfg.Limits.Idle))
	s.sock.idle = !s.open && !s.auth.step
	err := s.in.fill(s.conn, limit)
	s.sock.idle = false
	if err != nil {
		s.readFailed(err)
		return false
	}
	if s.lines == 0 && !s.mute && !s.scripted() && !s.secured() && looksLikeTLS(s.in.unread()) {
		s.note(otherProtocol, string(s.in.take()))
		s.farewell(unexpectedTLS, record.EndRefused, "TLS on a plain port")
		return false
	}
	return true
}

// patience is until when a client may be silent, and no longer than a session
// may last. A stalled session waits for as long as its client does.
func (s *Session) patience(idle time.Duration) time.Time {
	end := s.rec.base.Add(s.cfg.Limits.Session)
	if by := time.Now().Add(idle); by.Before(end) && !s.mute {
		return by
	}
	return end
}

func (s *Session) readFailed(err error) {
	if rest := s.in.take(); len(rest) > 0 {
		s.cutOff(rest)
	}
	if s.reading {
		s.examineCut()
	}
	switch {
	case errors.Is(err, errDrained):
		s.farewell(shuttingDown, record.EndServerClosed, "")
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.mute:
		s.timedOut()
	default:
		s.sendHeld(err)
		s.lost(err)
	}
}

// sendHeld lets out what waits for one more answer once none will come. The
// client may have closed its own direction only.
func (s *Session) sendHeld(err error) {
	if s.held != nil && errors.Is(err, io.EOF) {
		s.finish(s.endOf(err))
		s.release()
		s.flush()
	}
}

func (s *Session) timedOut() {
	if s.rec.now() >= s.cfg.Limits.Session {
		s.farewell(sessionTooLong, record.EndTimedOut, "the session lasted too long")
		return
	}
	s.farewell(idleTooLong, record.EndTimedOut, "")
}

// cutOff records a line that never ended.
func (s *Session) cutOff(rest []byte) {
	c := s.commandOf(rest, "")
	s.rec.command(c)
	s.note(cutLine, c.Line)
}

// endOf says what a broken connection means.
func (s *Session) endOf(err error) (record.End, string) {
	detail := ""
	if s.body.reading {
		detail = "inside the message data"
	}
	switch {
	case s.aborted.Load() || errors.Is(err, net.ErrClosed):
		return record.EndServerClosed, detail
	case errors.Is(err, os.ErrDeadlineExceeded):
		return record.EndTimedOut, detail
	case errors.Is(err, syscall.ECONNRESET), s.sock.broken:
		return record.EndClientReset, detail
	case s.sock.ended && s.secured():
		// crypto/tls calls this an ordinary end between two of its records.
		return record.EndClientClosed, strings.TrimPrefix(detail+", without TLS close_notify", ", ")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return record.EndClientClosed, detail // by EPIPE before it was answered
	}
	return record.EndClientClosed, strings.TrimSpace(detail + " " + err.Error())
}

// overlong answers a line over the limit once its end has come, keeping none
// of it but its beginning.
func (s *Session) overlong(limit int) {
	head := string(s.in.unread()[:min(128, len(s.in.unread()))])
	omitted, done := s.in.discardLine()
	for !done && omitted < s.cfg.Limits.Discard {
		if !s.fill(limit) {
			return
		}
		n, end := s.in.discardLine()
		omitted, done = omitted+n, end
	}
	s.recordOverlong(head, omitted-len(head))
	if s.scripted() {
		return
	}
	if s.tooMuch() {
		s.respondOrHangUp(tooManyLines)
	}
	if s.mute || s.over {
		return
	}
	if !done {
		s.respond(lineTooLong)
		s.goodbye(record.EndRefused, "a line without an end")
		return
	}
	s.answerOverlong()
}

func (s *Session) recordOverlong(head string, omitted int) {
	c := s.commandOf([]byte(head), "\r\n")
	c.Omitted = omitted
	s.lines++
	s.rec.command(c)
	s.begin(c.Stage(), c, "")
	s.note(longLine, c.Line)
}

func (s *Session) answerOverlong() {
	if !s.auth.step {
		s.respond(lineTooLong)
		return
	}
	s.cancelAuth(authLineLong)
}
