package inbox

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// runOf returns the run of a message: that of its user, of its header, of its
// first recipient with a tag, whichever says something first.
func runOf(s *harness.Session, m *record.Message) string {
	if run := runOfUser(s); run != "" {
		return run
	}
	if run := runInHeader(m.Prefix(farthestField)); run != "" {
		return run
	}
	for _, r := range m.Envelope.Recipients {
		if run := runOfAddress(r.Address); run != "" {
			return run
		}
	}
	return ""
}

// runOfSession is the run of a session's first message, or of whom it was to go
// to.
func runOfSession(s *harness.Session) string {
	if run := runOfUser(s); run != "" {
		return run
	}
	for _, c := range s.Commands {
		if c.Verb != "RCPT" {
			continue
		}
		if run := runOfAddress(c.Arg); run != "" {
			return run
		}
	}
	return ""
}

func runOfUser(s *harness.Session) string {
	for _, a := range s.Auth {
		if a.OK {
			return runOfName(a.Username)
		}
	}
	return ""
}

// runOfName reads the name of a user.
func runOfName(user string) string {
	name, is := strings.CutPrefix(strings.ToLower(user), store.RunUser)
	if !is {
		return ""
	}
	return store.RunName(name)
}

// runOfAddress reads the tag of a mailbox.
func runOfAddress(address string) string {
	_, tag, _ := strings.Cut(strings.ToLower(address), store.RunTag)
	name, _, _ := strings.Cut(tag, "@")
	return store.RunName(name)
}

// farthestField is in how many octets of a message the field of its run is
// looked for.
const farthestField = 64 << 10

// runInHeader finds the field in the beginning of a message.
func runInHeader(head []byte) string {
	const field = store.RunHeader + ":"
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return ""
		}
		if len(line) >= len(field) && strings.EqualFold(string(line[:len(field)]), field) {
			return store.RunName(string(line[len(field):]))
		}
		head = rest
	}
	return ""
}
