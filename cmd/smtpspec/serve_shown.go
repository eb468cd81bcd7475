package main

import (
	"slices"
	"strconv"
)

// What the API says of the server.

// addressURLs are the addresses where mail is taken.
func addressURLs(l listening) []string {
	var list []string
	for _, a := range [][2]string{{"smtp", l.smtp}, {"smtps", l.smtps}, {"lmtp", l.lmtp}} {
		if a[1] != "" {
			list = append(list, a[0]+"://"+a[1])
		}
	}
	return list
}

// offered are the lines of EHLO, as far as they do not depend on the session.
func (s *serve) offered() []string {
	lines := []string{"PIPELINING", "SIZE " + strconv.Itoa(s.limits.Message), "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"}
	if !s.noSTARTTLS {
		lines = append(lines, "STARTTLS")
	}
	if s.auth() {
		lines = append(lines, "AUTH")
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return slices.Contains(s.withhold, firstWord(line)) })
	return append(lines, s.advertise...)
}

func (s *serve) limitsShown() map[string]int64 {
	return map[string]int64{
		"message_octets":   int64(s.limits.Message),
		"recipients":       int64(s.limits.Recipients),
		"sessions":         int64(s.maxSessions),
		"octets_in_flight": int64(s.storing.inFlight),
		"idle_seconds":     int64(s.limits.Idle.Seconds()),
	}
}
