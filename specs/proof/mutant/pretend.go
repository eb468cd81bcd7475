package mutant

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
)

// pretend makes an In for which refusals at the stages have another code.
func pretend(code string, stages ...record.Stage) func(*Dialogue, string) string {
	return func(d *Dialogue, reply string) string {
		if slices.Contains(stages, d.Stage()) && Class(reply) >= 4 {
			return Recode(reply, code)
		}
		return reply
	}
}

// offering makes an In for which EHLO always offers keywords.
func offering(keywords ...string) func(*Dialogue, string) string {
	return func(d *Dialogue, reply string) string {
		if d.Stage() == record.EHLO {
			return Offer(reply, keywords...)
		}
		return reply
	}
}

// replies makes an In of a func that changes replies of one stage.
func replies(stage record.Stage, f func(reply string) string) func(*Dialogue, string) string {
	return func(d *Dialogue, reply string) string {
		if d.Stage() == stage {
			return f(reply)
		}
		return reply
	}
}

// lines makes an Out of a func that changes lines of one stage.
func lines(stage record.Stage, f func(line string) string) func(*Dialogue, string) string {
	return func(d *Dialogue, line string) string {
		if d.Stage() == stage {
			return f(line)
		}
		return line
	}
}

// swallow makes an Out that keeps the lines of one stage and answers them.
func swallow(stage record.Stage, reply string) func(*Dialogue, string) string {
	return func(d *Dialogue, line string) string {
		if d.Stage() != stage {
			return line
		}
		d.Answer(reply)
		return ""
	}
}
