package wire

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

const (
	floodText = "more and more and more and more and more and more and more"
	crlf      = "\r\n"
)

// leastFlood is the length of the shortest line.
const leastFlood = int64(len("250-" + crlf))

// deliverFlooded records and writes a reply with n octets of lines before its
// last one. The record says how many there were, or it would be as long.
func (s *Session) deliverFlooded(reply record.Reply, n int64) {
	n = max(n, leastFlood)
	act, octets := &s.rule.act, reply.AppendTo(nil)
	last := bytes.LastIndexByte(bytes.TrimSuffix(octets, []byte("\n")), '\n') + 1
	before := string(act.early) + string(octets[:last])
	behind := string(octets[last:]) + string(act.trail)
	reply.Raw = fmt.Sprintf("%s(%d octets of reply lines)\r\n%s", before, n, behind)
	s.answered(reply)
	s.queue([]byte(before))
	if s.flood(reply.Code, n) {
		s.queue([]byte(behind))
	}
}

// flood writes exactly n octets of reply lines that are not the last, and says
// whether the session goes on.
func (s *Session) flood(code int, n int64) bool {
	const linesAtOnce = 512
	line := []byte(strconv.Itoa(code) + "-" + floodText + crlf)
	block := bytes.Repeat(line, linesAtOnce)
	for n > 0 && s.flush() {
		if s.rec.now() >= s.cfg.Limits.Session {
			s.hangUp(record.EndTimedOut, "the session lasted too long")
			break
		}
		if n < int64(len(block))+leastFlood {
			block = lastLines(line, int(n))
		}
		s.out = append(s.out, block...)
		n -= int64(len(block))
	}
	return s.flush()
}

// lastLines returns n octets of lines, the last of which has what is over.
func lastLines(line []byte, n int) []byte {
	whole, rest := n/len(line), n%len(line)
	if whole > 0 && rest < int(leastFlood) {
		whole, rest = whole-1, rest+len(line)
	}
	lines := append(bytes.Repeat(line, whole), line[:len("250-")]...)
	return append(append(lines, bytes.Repeat([]byte("m"), rest-int(leastFlood))...), crlf...)
}
