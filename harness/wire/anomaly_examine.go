package wire

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Message data is looked through when somebody wants to see the session, since
// capturing must not wait for it. It is done at once where there may be nothing
// to look at later, and with Strict, whose test is to fail as soon as it can.

// examine records the faults in the data of m now.
func (s *Session) examine(m *record.Message) {
	if m == nil || s.examined {
		return
	}
	s.examined = true
	s.noteData(m.Pieces(), s.rulesNow(m))
}

func (s *Session) noteData(sent [][]byte, may dataRules) {
	for _, a := range findInData(sent, may) {
		s.anomaly(a)
	}
}

// examineEarly is examine where what is to come cannot be foreseen.
func (s *Session) examineEarly(m *record.Message) {
	if s.cfg.Strict || s.cfg.Script != nil || s.rule != nil {
		s.examine(m)
	}
}

// examineCut looks through data that broke off. What may have been the
// beginning of its end is left out.
func (s *Session) examineCut() {
	if s.unkept() || s.size == 0 {
		return
	}
	m := s.newMessage()
	sent := m.Sent()
	if !s.chunked {
		sent = sent[:len(sent)-s.term.pending()]
	}
	s.noteData([][]byte{bytes.TrimSuffix(sent, []byte{'\r'})}, s.rulesNow(m))
}

// rulesNow returns what the data of this transaction may hold.
func (s *Session) rulesNow(m *record.Message) dataRules {
	if s.cfg.Script == nil {
		return rulesOf(m, !s.chunked)
	}
	// A script takes MAIL by itself, and takes what it wants.
	mail := strings.ToUpper(s.mailLine)
	return dataRules{stuffed: true, eightBit: strings.Contains(mail, " BODY=8BITMIME"), utf8: strings.Contains(mail, " SMTPUTF8")}
}

// finder returns what is to look through the data of this transaction some day,
// nil if that was done.
func (s *Session) finder() func(*record.Message) []record.Anomaly {
	switch {
	case s.examined, s.cfg.Script != nil:
		return nil
	case s.chunked:
		return findInChunks
	}
	return findInMessage
}

func findInMessage(m *record.Message) []record.Anomaly {
	return findInData(m.Pieces(), rulesOf(m, true))
}

func findInChunks(m *record.Message) []record.Anomaly {
	return findInData(m.Pieces(), rulesOf(m, false))
}

func rulesOf(m *record.Message, stuffed bool) dataRules {
	may := dataRules{stuffed: stuffed}
	switch strings.ToUpper(m.Envelope.Params["BODY"]) {
	case "8BITMIME":
		may.eightBit = true
	case "BINARYMIME":
		may.binary = true
	}
	_, may.utf8 = m.Envelope.Params["SMTPUTF8"]
	return may
}
