package conform

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Delivered passes if the client delivered every message of the job once and
// said so.
func Delivered(c *Case) Verdict {
	switch {
	case c.Outcome.Class == Queued:
		if c.Truth(); deliveredAll(c.Trial) {
			return c.Pass("delivered after it was queued")
		}
		return c.Breach("it was queued and not delivered")
	case duplicated(c.Trial):
		return c.Fail("delivered more than once: %s", c.taken())
	case c.Truth() == FalseSuccess:
		return c.Fail("reported success, but %s", c.taken())
	case c.Truth() == FalseFailure:
		return c.Fail("reported %s, but the message was accepted", c.Told())
	case c.Outcome.Class != OK:
		return c.Breach("reported %s", c.Told())
	}
	return c.Pass("delivered")
}

func deliveredAll(run *Trial) bool {
	took := takenOf(run)
	for rcpt, n := range askedOf(run) {
		if took[rcpt] < n {
			return false
		}
	}
	return true
}

// taken says in words how much of the job the server took.
func (c *Case) taken() string {
	asked, got := 0, 0
	took := takenOf(c.Trial)
	for rcpt, n := range askedOf(c.Trial) {
		asked += n
		got += took[rcpt]
	}
	return fmt.Sprintf("the server took %d of %d deliveries", got, asked)
}

// Refused passes if the client reported the refusal: as want (Temp, Perm, or ""
// for any failure), with the code in what it tells, and without having gone on.
// A code of 0 asks for none.
func Refused(want Class, code int) func(*Case) Verdict {
	return func(c *Case) Verdict {
		if v, bad := c.wentOn(); bad {
			return v
		}
		return c.Reported(want, code)
	}
}

// wentOn finds message data that was sent although the server had refused what
// stands before it.
func (c *Case) wentOn() (Verdict, bool) {
	for _, s := range c.Own() {
		var refused string
		accepted := 0
		for i, command := range s.Commands {
			code := command.Reply.Code
			switch command.Verb {
			case "EHLO", "HELO", "LHLO", "RSET":
				refused, accepted = "", 0
			case "MAIL":
				refused, accepted = "", 0
				if code/100 != 2 && code != 0 {
					refused = "MAIL was refused " + itoa(code)
				}
			case "RCPT":
				if code/100 == 2 {
					accepted++
				}
			case "DATA":
				if code/100 == 3 && strings.HasPrefix(refused, "DATA") {
					refused = ""
				}
				if code/100 != 3 && code != 0 && refused == "" {
					refused = "DATA was answered " + itoa(code)
				}
			case "BODY":
				if command.Line != "" || command.Size == 0 {
					continue
				}
				if refused == "" && accepted == 0 {
					refused = "no recipient was accepted"
				}
				if refused != "" {
					return c.Fail("sent the message although %s", refused).At(c.Mark(Said{command, s, i + 1})), true
				}
			default:
				if strings.HasPrefix(refused, "DATA") && noCommand(&command) {
					return c.Fail("sent the message although %s", refused).At(c.Mark(Said{command, s, i + 1})), true
				}
			}
		}
	}
	return Verdict{}, false
}

// noCommand says that a line is none of the commands of SMTP: behind a DATA that
// was not answered 354 it is a line of the message.
func noCommand(c *record.Command) bool {
	switch c.Verb {
	case "QUIT", "NOOP", "VRFY", "EXPN", "HELP", "STARTTLS", "AUTH", "BDAT", "XCLIENT", "ETRN":
		return false
	}
	return true
}

// Reported judges what the client said of a job that failed: see Refused.
func (c *Case) Reported(want Class, code int) Verdict {
	o := &c.Outcome
	switch {
	case o.Class == OK && deliveredAll(c.Trial):
		return c.Breach("it was delivered all the same")
	case o.Class == OK:
		return c.Fail("reported success, but %s", c.taken())
	case o.Class == Queued:
		return c.Pass("queued; it did not go on in the session")
	case want != "" && o.Class != want && o.Class != Failed:
		return c.misreported(want)
	case want != "" && o.Class == Failed && code == 0:
		return c.Info("reported a failure, and not whether for now or for good: %s", c.Told())
	case want != "" && o.Class == Failed && !o.Reports(code):
		return c.Warn("failed, but neither class nor code is told: %s", c.Told())
	case want != "" && o.Class == Failed:
		return c.Pass("reported %s", c.Told())
	case code != 0 && !o.Reports(code):
		return c.Warn("the code %d is not in what it tells: %s", code, c.Told())
	}
	return c.Pass("reported %s", c.Told())
}

// misreported is a wrong class: mail that could have been sent later is given
// up, or mail that cannot be sent is tried for ever.
func (c *Case) misreported(want Class) Verdict {
	words := map[Class]string{Temp: "temporary", Perm: "permanent"}
	return c.Warn("a %s failure was reported as %s", words[want], c.Told())
}

// Decides passes if the client either delivers or reports a failure, and tells
// the truth in both cases; the branch is the text.
func Decides(delivered, failed string) func(*Case) Verdict {
	return func(c *Case) Verdict {
		switch {
		case c.Truth() == FalseSuccess:
			return c.Fail("reported success, but %s", c.taken())
		case c.Truth() == FalseFailure:
			return c.Fail("reported %s, but the message was accepted", c.Told())
		case c.Outcome.Class == OK:
			return c.Info("%s", delivered)
		}
		return c.Info("%s: %s", failed, c.Told())
	}
}

// Each asks all judges and keeps the worst verdict.
func Each(judges ...func(*Case) Verdict) func(*Case) Verdict {
	return func(c *Case) Verdict {
		var verdicts []Verdict
		for _, judge := range judges {
			verdicts = append(verdicts, judge(c))
		}
		return Worst(verdicts...)
	}
}
