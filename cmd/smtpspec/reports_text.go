package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// textReporter writes for a person. What peers sent is escaped and clipped.
type textReporter struct{ transcript bool }

func (t textReporter) listening(l listening) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "catching mail for %s: SMTP on %s", record.Escape(l.hostname), l.smtp)
	if l.smtps != "" {
		fmt.Fprintf(&b, ", with implicit TLS on %s", l.smtps)
	}
	if l.lmtp != "" {
		fmt.Fprintf(&b, ", LMTP on %s", l.lmtp)
	}
	b.WriteString("; Ctrl-C ends it\n")
	if l.http != "" {
		fmt.Fprintf(&b, "inbox and API on http://%s; mail is kept in %s\n", l.http, l.store)
	}
	switch {
	case l.ca != "":
		fmt.Fprintf(&b, "TLS has %s, which clients trust by %s: SSL_CERT_FILE=%s, curl --cacert %s\n", l.tls, l.ca, l.ca, l.ca)
	case strings.Contains(l.tls, "throw-away"):
		fmt.Fprintf(&b, "TLS has %s; --ca-out ca.pem writes what clients need to trust it\n", l.tls)
	case l.tls != "":
		fmt.Fprintf(&b, "TLS has %s\n", l.tls)
	}
	return []byte(b.String())
}

// message writes: message 1 in session 1: "Сайн уу" from <a@b> to <c@d>, 75 octets.
func (t textReporter) message(m *harness.Message) []byte {
	return fmt.Appendf(nil, "message %s in session %d: %s from <%s> to %s, %s\n", messageID(m.Message), m.Session,
		`"`+shown(subjectOf(m), 200)+`"`, shown(m.Envelope.From, 320), shownRecipients(m.Envelope.To()), counted(m.Size(), "octet"))
}

func (t textReporter) session(s *harness.Session) []byte {
	if t.transcript {
		return []byte(s.Transcript())
	}
	facts := []string{fmt.Sprintf("session %d from %s", s.ID, shown(s.Remote, 100))}
	if address := s.Client["ADDR"]; address != "" {
		facts = append(facts, "on behalf of "+shown(address, 100))
	}
	if s.Hello != "" {
		facts = append(facts, "EHLO "+shown(s.Hello, 100))
	}
	if s.TLS != nil {
		facts = append(facts, s.TLS.Version)
	}
	for _, a := range s.Auth {
		facts = append(facts, shownAttempt(a))
		if a.OK {
			break
		}
	}
	facts = append(facts, counted(len(s.Messages), "message"), shownEnd(s),
		fmt.Sprintf("%.1fms", float64(s.Lasted)/float64(time.Millisecond)))
	return []byte(strings.Join(facts, ", ") + "\n")
}

func (t textReporter) caught(messages, sessions int64) []byte {
	return fmt.Appendf(nil, "caught %s in %s\n", counted(int(messages), "message"), counted(int(sessions), "session"))
}

func shownAttempt(a harness.AuthAttempt) string {
	if a.OK {
		return "signed in as " + shown(a.Username, 100)
	}
	return "refused " + shown(a.Username, 100)
}

func shownEnd(s *harness.Session) string {
	end := "end: " + fmt.Sprint(s.End)
	if s.EndDetail != "" {
		end += " (" + shown(s.EndDetail, 200) + ")"
	}
	return end
}

func shownRecipients(to []string) string {
	const enough = 5
	list := make([]string, 0, enough+1)
	for _, address := range to[:min(len(to), enough)] {
		list = append(list, "<"+shown(address, 320)+">")
	}
	if len(to) > enough {
		list = append(list, fmt.Sprintf("%d more", len(to)-enough))
	}
	return strings.Join(list, ", ")
}

// shown makes what a peer sent fit for a line on a terminal.
func shown(s string, limit int) string { return record.Escape(record.Clip(s, limit)) }

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
