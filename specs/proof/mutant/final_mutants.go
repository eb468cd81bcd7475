package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// finalMutants are at fault in the reply to the message.
var finalMutants = []Mutant{
	{Name: "final-on-one-line", Breaks: []string{"final-multiline"}, Text: "It takes a final reply of several lines for a failure.",
		In: replies(record.BODY, func(reply string) string {
			if strings.Count(reply, "\n") > 1 {
				return "554 too many lines\r\n"
			}
			return reply
		})},
	{Name: "3yz-is-success", Breaks: []string{"final-354-again"}, Text: "It takes a final 3yz for success.",
		In: replies(record.BODY, func(reply string) string {
			if Class(reply) == 3 {
				return Recode(reply, "250")
			}
			return reply
		})},
	{Name: "half-the-time", Breaks: []string{"final-delay"}, Text: "It keeps half of the time-out that it is given.",
		Options: func(o *sender.Options) { o.Timeout /= 2 }},
	{Name: "final-text-as-error", Breaks: []string{"final-queue-id"}, Text: "It returns the text of the final reply as an error.",
		Report: func(d *Dialogue, err error) error {
			for _, line := range d.Lines() {
				if err == nil && strings.HasPrefix(line, "S: 250 2.0.0 queued as ") {
					return &Claim{Text: line}
				}
			}
			return err
		}},
}
