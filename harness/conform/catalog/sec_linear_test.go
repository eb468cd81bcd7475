package catalog

import (
	"fmt"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// A client may think before its QUIT: the time of the reply ends with the next
// command.
func TestLinearTimesTheReplyAlone(t *testing.T) {
	for name, test := range map[string]struct {
		next, lasted time.Duration // 0 is no next command
		want         conform.Word
	}{
		"slow end": {time.Second, time.Minute, conform.Pass},
		"slow":     {2 * time.Second, time.Minute, conform.Warn},
		"hopeless": {4 * time.Second, time.Minute, conform.Fail},
		"alone":    {0, 4 * time.Second, conform.Fail},
	} {
		c := spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Perm}, "MAIL FROM:<a@example.org> -> 250")
		c.Unit = 2 * time.Second
		s := c.Sessions[0]
		s.Commands[0].Reply = record.ParseReply(fmt.Sprintf("250 (%d octets of \"a\")\r\n", drippedOctets))
		s.Lasted = test.lasted
		if test.next > 0 {
			s.Commands = append(s.Commands, record.Command{Verb: "RCPT", At: test.next})
		}
		expectWord(t, name, linear(c), test.want)
	}
}
