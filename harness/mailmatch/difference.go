package mailmatch

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// isLong says that a reader would not see at once where two texts part.
func isLong(want, found string) bool {
	const short = 60
	return want != "" && found != "" && (len(want) > short || len(found) > short || strings.Contains(want+found, "\n"))
}

// difference shows the first line in which two texts part, and where in it:
//
//	it differs at line 2, column 10
//	    want "Order 42 is ready"
//	    has  "Order 43 is ready"
//	                ^
func difference(want, found string) verdict {
	wanted, got := strings.Split(want, "\n"), strings.Split(found, "\n")
	n := 0
	for n < len(wanted)-1 && n < len(got)-1 && wanted[n] == got[n] {
		n++
	}
	if wanted[n] == got[n] {
		return endsEarly(wanted, got, n+1)
	}
	same := commonPrefix(wanted[n], got[n])
	lead := leadOf(wanted[n][:same])
	return verdict{
		clause: fmt.Sprintf("it differs at line %d, column %d", n+1, utf8.RuneCountInString(wanted[n][:same])+1),
		text: "want \"" + lead + tailOf(wanted[n][same:]) + "\"\n" +
			"has  \"" + lead + tailOf(got[n][same:]) + "\"\n" +
			strings.Repeat(" ", len(`want "`)+utf8.RuneCountInString(lead)) + "^",
	}
}

// endsEarly tells of two texts of which one goes on behind the end of the
// other, at line n.
func endsEarly(wanted, got []string, n int) verdict {
	if len(got) > n {
		return verdict{
			clause: fmt.Sprintf("it has %s, %d were wanted", counted(len(got), "line"), len(wanted)),
			text:   fmt.Sprintf("line %d is %s", n+1, quoted(got[n])),
		}
	}
	return verdict{
		clause: fmt.Sprintf("it ends after %s, %d were wanted", counted(len(got), "line"), len(wanted)),
		text:   fmt.Sprintf("line %d should be %s", n+1, quoted(wanted[n])),
	}
}

// commonPrefix returns how many octets two texts have in common, whole
// characters only.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) {
		r, size := utf8.DecodeRuneInString(a[n:])
		other, otherSize := utf8.DecodeRuneInString(b[n:])
		if r != other || size != otherSize || a[n:n+size] != b[n:n+size] {
			break
		}
		n += size
	}
	return n
}

// around is how many octets of a line a difference shows to each side.
const around = 60

func leadOf(s string) string {
	cut := max(0, len(s)-around)
	for cut < len(s) && !utf8.RuneStart(s[cut]) {
		cut++
	}
	if cut > 0 {
		return "…" + record.Escape(s[cut:])
	}
	return record.Escape(s)
}

func tailOf(s string) string {
	if len(s) <= around {
		return record.Escape(s)
	}
	cut := around
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return record.Escape(s[:cut]) + "…"
}
