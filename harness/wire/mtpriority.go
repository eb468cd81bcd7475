package wire

import (
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// MT-PRIORITY, RFC 6710: a priority from -9 to 9. It is recorded with MAIL's
// parameters.
var mtPriority = extension{
	keyword:  "MT-PRIORITY",
	optional: true,
	line:     plain("MT-PRIORITY"),
	mail:     map[string]take{"MT-PRIORITY": takePriority},
}

func takePriority(s *Session, value string, _ bool) record.Reply {
	n, err := strconv.Atoi(value)
	if err != nil || n < -9 || n > 9 || strconv.Itoa(n) != value {
		return s.malformed("MT-PRIORITY=" + value)
	}
	return record.Reply{}
}
