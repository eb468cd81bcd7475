package lint

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// dateTime is RFC 5322 §3.3 with the obsolete years and zones of §4.3, behind
// the comments.
var dateTime = regexp.MustCompile(`(?i)^(?:(mon|tue|wed|thu|fri|sat|sun) ?, ?)?(\d{1,2}) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) (\d{2,}) (\d\d) ?: ?(\d\d)(?: ?: ?(\d\d))? (?:([+-]\d{4})|([a-z]+))$`)

// maxDate bounds what may be a date, comments included.
const maxDate = 1000

// readDate says what is wrong with the body of a Date field, and what in it is
// obsolete; "" for nothing.
func readDate(body string) (wrong, obsolete string) {
	if len(body) > maxDate {
		return "is no date-time", ""
	}
	text, ok := withoutComments(body)
	if !ok {
		return "has a comment that does not close", ""
	}
	p := dateTime.FindStringSubmatch(text)
	if p == nil {
		return "is no date-time", ""
	}
	switch {
	case len(p[4]) < 4:
		obsolete = "a year of " + strconv.Itoa(len(p[4])) + " digits"
	case p[9] != "":
		obsolete = "the zone " + record.Escape(record.Clip(p[9], 20))
	}
	return wrongDate(p), obsolete
}

// wrongDate judges the values of a date that the grammar allows.
func wrongDate(p []string) string {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if number(p[5]) > 23 || number(p[6]) > 59 || number(p[7]) > 60 {
		return "has a time that no clock shows"
	}
	if zone := p[8]; zone != "" && number(zone[3:]) > 59 {
		return "has a zone of more than 59 minutes"
	}
	day := number(p[2])
	if day < 1 || day > 31 {
		return "has a day that no calendar has"
	}
	year := number(p[4])
	switch {
	case len(p[4]) > 4:
		return "" // no calendar of this program has it
	case len(p[4]) == 4 && year < 1900:
		return "has a year before 1900"
	case len(p[4]) == 3, len(p[4]) == 2 && year >= 50:
		year += 1900
	case len(p[4]) == 2:
		year += 2000
	}
	month, err := time.Parse("Jan", p[3])
	date := time.Date(year, month.Month(), day, 0, 0, 0, 0, time.UTC)
	if err != nil || date.Day() != day {
		return "has a day that no calendar has"
	}
	if name := date.Weekday().String()[:3]; p[1] != "" && !strings.EqualFold(p[1], name) {
		return "has the wrong day of the week: it was " + name
	}
	return ""
}

// withoutComments returns a structured body with comments and folding made one
// space.
func withoutComments(body string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(body); {
		n := 1
		if body[i] == '(' {
			if n = commentLength(body[i:]); n == 0 {
				return "", false
			}
			b.WriteByte(' ')
		} else {
			b.WriteByte(body[i])
		}
		i += n
	}
	return strings.Join(strings.Fields(b.String()), " "), true
}

func judgeDate(m *mail, found *sightings) {
	f, ok := m.first("Date")
	if !ok {
		m.lacks("Date", found)
		return
	}
	if wrong, _ := readDate(f.body); wrong != "" {
		found.at(f.start, m.octets(f), "Date %s", wrong)
	}
}
