package store

import (
	"strings"
	"time"
)

// A client says to which run its mail belongs: it signs in as RunUser and the
// name, writes the name into a field RunHeader, or sends to a recipient with
// the tag RunTag and the name, "bat+run-ci42@example.com".
const (
	RunUser   = "run-"
	RunTag    = "+run-"
	RunHeader = "X-Run"
)

// RunName returns a name as runs have it: in lower case. "" means that s cannot
// be one, which has 1 to 64 letters and digits of ASCII, hyphens, underscores,
// and dots within.
func RunName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	odd := strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
	if odd || len(s) > 64 || strings.Trim(s, ".") != s || strings.Contains(s, "..") {
		return ""
	}
	return s
}

// Prolonged returns what a run that is there becomes when it is put again.
func (r Run) Prolonged(again Run) Run {
	switch {
	case r.Expires.IsZero() || again.Expires.IsZero():
		r.Expires = time.Time{}
	case again.Expires.After(r.Expires):
		r.Expires = again.Expires
	}
	return r
}
