package message

import (
	"net/mail"
	"strings"
	"time"
)

// usualDate is the form that nearly all mail has. ParseDate comes to it last, by
// way of an error for each of the others.
const usualDate = "Mon, 2 Jan 2006 15:04:05 -0700"

// Forms of a date that no RFC allows in mail and that programs write all the
// same.
var foreignDates = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02",
	time.ANSIC, time.UnixDate, time.RubyDate, time.RFC850,
	"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006",
}

// parseDate reads a date-time, RFC 5322 §3.3. What is none is the zero time.
func parseDate(s string, at here) time.Time {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}
	}
	if len(s) > maxDate {
		at.warn(DateBroken, "a date of %d octets", len(s))
		return time.Time{}
	}
	if t, err := time.Parse(usualDate, s); err == nil {
		return t
	}
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	at.warn(DateBroken, "no date: %s", shown(s))
	for _, layout := range foreignDates {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
