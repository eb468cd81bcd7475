package wire

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// DELIVERBY, RFC 2852: the time within which the message should arrive, and
// what to do if it does not. It is recorded with MAIL's parameters.
var deliverBy = extension{
	keyword:  "DELIVERBY",
	optional: true,
	line:     plain("DELIVERBY"),
	mail:     map[string]take{"BY": takeBy},
}

// takeBy takes BY of MAIL, §4: up to nine digits with a sign, a mode R or N,
// and T for a trace. Mode R needs a time above zero.
func takeBy(s *Session, value string, _ bool) record.Reply {
	time, mode, found := strings.Cut(value, ";")
	seconds, err := strconv.Atoi(time)
	mode = strings.TrimSuffix(strings.ToUpper(mode), "T")
	if !found || err != nil || len(strings.TrimLeft(time, "+-")) > 9 || mode != "R" && mode != "N" || mode == "R" && seconds <= 0 {
		return s.malformed("BY=" + value)
	}
	return record.Reply{}
}
