package catalog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Where the blanks are all there, no shell read the reverse-path.
func TestWholeSender(t *testing.T) {
	for path, want := range map[string]conform.Word{
		shellish: conform.Pass,
		strings.ReplaceAll(shellish, `@ "`, `@"`): conform.Warn,
		`a" -oQ/tmp -X@x@ @example.org`:           conform.Warn,
		`a" -oQ/tmp @example.org`:                 conform.Fail,
		`"a\" -oQ/tmp -X@x"@example.org`:          conform.Fail,
		`"a\""@example.org`:                       conform.Fail,
		`"a -X@x@ "@example.org`:                  conform.Fail,
		"X@x":                                     conform.Fail,
	} {
		for reply, class := range map[string]conform.Class{" SIZE=1 -> 250": conform.OK, " -> 550": conform.Perm} {
			line := "MAIL FROM:<" + path + ">" + reply
			expectWord(t, line, wholeSender(spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: class}, "EHLO x -> 250\n"+line)), want)
		}
	}
	expectWord(t, "refused", wholeSender(spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Perm}, "QUIT -> 221")), conform.Pass)
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

// How much of a flood fits into a client's time is the machine's doing.
func TestAFloodThatATimeLimitEnds(t *testing.T) {
	for _, flood := range []struct {
		octets int
		lasted time.Duration
		want   conform.Word
	}{
		{little, 2 * time.Second, conform.Pass},
		{much, time.Second, conform.Warn},
		{much, 2 * time.Second, conform.Inconclusive},
		{much + 1, 2 * time.Second, conform.Fail},
	} {
		c := spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Temp}, "EHLO x -> 250")
		c.Unit = 2 * time.Second
		s := c.Sessions[0]
		s.Lasted = flood.lasted
		s.Commands[0].Reply = record.Reply{Code: 250, Lines: []string{fmt.Sprintf("(%d octets of \"a\")", flood.octets)}}
		expectWord(t, fmt.Sprint(flood), endsFlood(c), flood.want)
	}
}
