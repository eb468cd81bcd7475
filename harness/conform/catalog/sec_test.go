package catalog

import (
	"fmt"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Where the blanks are all there, no shell read the reverse-path.
func TestASenderWithoutItsQuotesIsAWarning(t *testing.T) {
	for path, want := range map[string]conform.Word{
		shellish:                         conform.Pass,
		`a" -oQ/tmp -X@x@ @example.org`:  conform.Warn,
		`a" -oQ/tmp @example.org`:        conform.Fail,
		`"a\" -oQ/tmp -X@x"@example.org`: conform.Fail,
	} {
		line := "MAIL FROM:<" + path + "> -> 550"
		expectWord(t, line, wholeSender(spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Perm}, "EHLO x -> 250\n"+line)), want)
	}
}

// What an answer to 1 MiB costs, a reply of that length costs too, and it passes.
func TestAnAnswerToAHugeChallengeIsAWarning(t *testing.T) {
	for answer, want := range map[string]conform.Word{"*": conform.Pass, "YmF0IDI3MDll": conform.Warn} {
		c := spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Perm}, "EHLO x -> 250\nAUTH CRAM-MD5 -> 334")
		s := c.Sessions[0]
		s.Commands[1].Reply = record.Reply{Code: 334, Lines: []string{fmt.Sprintf("(%d octets of \"QUJD\")", challenge)}}
		s.Commands = append(s.Commands, record.Command{Line: answer, Reply: record.NewReply(501, "no")})
		expectWord(t, answer, cancels(c), want)
	}
}
