package store

import (
	"strconv"
	"strings"
	"time"
)

// The forms of a time that a query may give, besides durations and names of
// days. Those without a zone are in that of now.
var timeForms = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02",
	"2 Jan 2006", "2 Jan 2006 15:04", "Jan 2 2006", "Jan 2, 2006", time.RFC1123Z, time.RFC1123,
}

// maxAgo bounds a relative time, in any unit.
const maxAgo = 100_000

func beforeTerm(v value) (Expr, error) {
	at, err := v.time()
	return Received{Until: at}, err
}

func afterTerm(v value) (Expr, error) {
	at, err := v.time()
	return Received{From: at}, err
}

// time reads a point in time. A day is its midnight.
func (v value) time() (time.Time, error) {
	text := strings.TrimSpace(v.text)
	if at, ok := named(strings.ToLower(text), v.now); ok {
		return at.UTC(), nil
	}
	if at, ok := ago(strings.ToLower(text), v.now); ok {
		return at.UTC(), nil
	}
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, text, v.now.Location()); err == nil && !at.IsZero() {
			return at.UTC(), nil
		}
	}
	return time.Time{}, queryError(v.at, errNoTime, v.prefix)
}

func named(text string, now time.Time) (time.Time, bool) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch text {
	case "now":
		return now, true
	case "today":
		return midnight, true
	case "yesterday":
		return midnight.AddDate(0, 0, -1), true
	}
	return now, false
}

// ago reads a count with a unit. Days and weeks are those of the calendar.
func ago(text string, now time.Time) (time.Time, bool) {
	if text == "" {
		return now, false
	}
	n, err := strconv.Atoi(text[:len(text)-1])
	if err != nil || n < 0 || n > maxAgo || text[0] == '+' {
		return now, false
	}
	switch text[len(text)-1] {
	case 's':
		return now.Add(-time.Duration(n) * time.Second), true
	case 'm':
		return now.Add(-time.Duration(n) * time.Minute), true
	case 'h':
		return now.Add(-time.Duration(n) * time.Hour), true
	case 'd':
		return now.AddDate(0, 0, -n), true
	case 'w':
		return now.AddDate(0, 0, -7*n), true
	}
	return now, false
}
