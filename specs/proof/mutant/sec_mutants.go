package mutant

import (
	"bytes"
	"context"
	"regexp"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// held is what hooks of Raw have of the reply at hand.
func (d *Dialogue) held(p []byte) []byte {
	before, _ := d.Get("held").([]byte)
	all := append(bytes.Clone(before), p...)
	d.Set("held", all)
	return all
}

var referral = regexp.MustCompile(`try <([^>]+)>`)

var secMutants = []Mutant{
	{Name: "quadratic-replies", Breaks: []string{"sec-quadratic"}, Text: "It looks through a reply from its beginning for each octet that comes.",
		Raw: func(d *Dialogue, p []byte) []byte {
			if d.Stage() != record.MAIL {
				return p
			}
			all := d.held(p)
			time.Sleep(time.Duration(0.09 * float64(len(all)*len(p))))
			if !bytes.HasSuffix(all, []byte("\n")) {
				return nil
			}
			return all
		}},
	{Name: "takes-any-challenge", Breaks: []string{"sec-challenge-huge"}, Text: "It answers a challenge of any length.",
		Raw: func(d *Dialogue, p []byte) []byte {
			if d.Stage() != record.AUTH {
				return p
			}
			all := d.held(p)
			switch {
			case !bytes.HasSuffix(all, []byte("\n")):
				return nil
			case len(all) > 1<<14:
				all = []byte("334 QUJD\r\n")
			}
			d.Set("held", nil)
			return all
		}},
	{Name: "follows-551-with-try", Breaks: []string{"sec-redirect"}, Text: "It sends to the address that the text of a 551 asks to try.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err) == 551 {
				if to := referral.FindStringSubmatch(err.Error()); to != nil {
					job.Rcpts = to[1:]
					return send(ctx, job)
				}
			}
			return err
		}},
}
