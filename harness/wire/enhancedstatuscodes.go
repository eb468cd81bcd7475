package wire

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// ENHANCEDSTATUSCODES, RFC 2034: replies begin with a status code of RFC 3463.
var enhancedStatusCodes = extension{keyword: "ENHANCEDSTATUSCODES", line: plain("ENHANCEDSTATUSCODES")}

// withoutEnhanced takes the status code off a reply.
func withoutEnhanced(r record.Reply) record.Reply {
	if r.Enhanced == "" {
		return r
	}
	lines := make([]string, len(r.Lines))
	for i, line := range r.Lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(line, r.Enhanced), " ")
	}
	r.Enhanced, r.Lines = "", lines
	return r
}
