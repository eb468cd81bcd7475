package mutant

import (
	"bytes"

	"github.com/smtpspec/smtpspec/harness/record"
)

var quitMutants = []Mutant{
	{Name: "nothing-behind-quit", Breaks: []string{"quit-extra"}, Text: "It reports a message as failed when something comes behind the reply to QUIT.",
		Raw: func(d *Dialogue, p []byte) []byte {
			if d.Stage() == record.QUIT && bytes.Count(p, []byte("\n")) > 1 {
				d.Set("stray", true)
			}
			return p
		},
		Report: func(d *Dialogue, err error) error {
			if err == nil && d.Get("stray") != nil {
				return &Claim{Text: "a reply that nobody asked for"}
			}
			return err
		}},
}
