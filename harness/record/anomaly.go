package record

import (
	"regexp"
	"strconv"
	"strings"
)

// transcript returns the anomaly as a line of a transcript. What is 0 or empty
// is left out, the RFC's brackets apart:
//
//	bare-lf-in-data: message data held an LF without a CR before it (RFC 5321 §2.3.8) at 17, 3 more: "…"
func (a Anomaly) transcript() string {
	s := a.Kind + ": " + Escape(a.Text) + " (" + a.RFC + ")"
	if a.Offset != 0 {
		s += " at " + strconv.Itoa(a.Offset)
	}
	if a.More != 0 {
		s += ", " + strconv.Itoa(a.More) + " more"
	}
	if a.Octets != "" {
		s += `: "` + strings.ReplaceAll(Escape(a.Octets), `"`, `\x22`) + `"`
	}
	return s
}

var anomalyLine = regexp.MustCompile(`^(.*?): (.*?)(?: \(([^)]*)\))?(?: at (\d+))?(?:, (\d+) more)?(?:: "([^"]*)")?$`)

// parseAnomaly reads what transcript wrote. Hand-written ones may end earlier.
func parseAnomaly(line string) Anomaly {
	m := anomalyLine.FindStringSubmatch(line)
	if m == nil {
		return Anomaly{Kind: line}
	}
	a := Anomaly{Kind: m[1], Text: Unescape(m[2]), RFC: m[3], Octets: Unescape(m[6])}
	a.Offset, _ = strconv.Atoi(m[4])
	a.More, _ = strconv.Atoi(m[5])
	return a
}
