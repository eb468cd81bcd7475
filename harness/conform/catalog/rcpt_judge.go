package catalog

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// notFollowed judges what became of a 551 that names another address.
func notFollowed(c *conform.Case) conform.Verdict {
	if list := c.Paths("RCPT", "new@example.com"); len(list) > 0 {
		return c.Breach("the address in the 551 was used").At(c.Mark(list[0]))
	}
	return c.Reported(conform.Perm, 551)
}

// oneLeftOut judges a job of which one recipient was refused.
func oneLeftOut(address string, want conform.Class, code int) judge {
	return func(c *conform.Case) conform.Verdict {
		if len(c.Paths("RCPT", address)) == 0 {
			return unreached(c, "no RCPT for "+address+" came")
		}
		if v, wrong := untruth(c); wrong {
			return v
		}
		return namedAs(c, address, want, code)
	}
}

// untruth finds a report that cannot be true where somebody was refused.
func untruth(c *conform.Case) (conform.Verdict, bool) {
	switch {
	case c.Outcome.Class == conform.OK:
		return c.Fail("reported success, but not everybody got the message"), true
	case c.Outcome.Failure() && c.Truth() == conform.FalseFailure:
		return c.Fail("reported a failure for somebody who got the message: %s", c.Told()), true
	}
	return conform.Verdict{}, false
}

// namedAs wants the recipient to be named, and not as the wrong class.
func namedAs(c *conform.Case, address string, want conform.Class, code int) conform.Verdict {
	o := &c.Outcome
	if o.Class == conform.Queued {
		return c.Pass("queued; those that were refused are its own care")
	}
	class, single := o.Rcpts[address]
	if !single {
		class = o.Class
	}
	switch {
	case !single && !strings.Contains(o.Text, address):
		return c.Warn("a failure that does not name %s: %s", address, c.Told())
	case wrongClass(class, want) && !o.Reports(code):
		return c.Warn("%s was reported as %s", address, class)
	case wrongClass(class, want) && single:
		return c.Warn("%s was reported as %s in spite of its %d", address, class, code)
	}
	return c.Pass("%s was reported: %s", address, c.Told())
}

func wrongClass(got, want conform.Class) bool {
	return got != want && (got == conform.Temp || got == conform.Perm)
}

// keptApart judges a job with one recipient accepted, r2 deferred and r3
// refused.
func keptApart(c *conform.Case) conform.Verdict {
	if len(c.Paths("RCPT", "r2@example.net")) == 0 {
		return unreached(c, "no RCPT for r2@example.net came")
	}
	if v, wrong := untruth(c); wrong {
		return v
	}
	deferred := namedAs(c, "r2@example.net", conform.Temp, 450)
	if len(c.Paths("RCPT", "r3@example.net")) == 0 {
		return deferred
	}
	return conform.Worst(deferred, namedAs(c, "r3@example.net", conform.Perm, 550), toldApart(c))
}

// toldApart wants both classes to be told: of single recipients, or by both
// codes.
func toldApart(c *conform.Case) conform.Verdict {
	o := &c.Outcome
	singly := o.Rcpts["r2@example.net"] == conform.Temp && o.Rcpts["r3@example.net"] == conform.Perm
	if o.Class == conform.Queued || singly || o.Reports(450) && o.Reports(550) {
		return c.Pass("the two are told apart: %s", c.Told())
	}
	return c.Warn("the two are not told apart: %s", c.Told())
}

// restLater judges what became of recipients that were too many.
func restLater(code int) judge {
	return func(c *conform.Case) conform.Verdict {
		if !refusedWith(c, code) {
			return withoutRefusal(c)
		}
		if v, wrong := untruth(c); wrong && c.Truth() != conform.ToldTheTruth {
			return v
		}
		if c.Outcome.Class == conform.OK {
			return c.Pass("the rest was sent in another transaction")
		}
		for _, rcpt := range slices.Backward(c.Job.Rcpts) { // the one that was too many comes last
			if c.Outcome.Rcpts[rcpt] == conform.Perm {
				return c.Breach("%s was reported as permanent", shown(rcpt))
			}
		}
		return conform.Worst(c.Reported(conform.Temp, code), mayPass(code)(c))
	}
}

// withoutRefusal judges a client that kept below the limit by itself.
func withoutRefusal(c *conform.Case) conform.Verdict {
	if v := conform.Delivered(c); v.Word == conform.Pass || v.Word == conform.Fail {
		return v
	}
	return unreached(c, "it never named more recipients than the server takes")
}

func refusedWith(c *conform.Case, code int) bool {
	for _, said := range c.Said("RCPT") {
		if said.Reply.Code == code {
			return true
		}
	}
	return false
}

// noLooseData finds lines of a message that were sent as if RCPT were DATA.
func noLooseData(c *conform.Case) conform.Verdict {
	behind := false
	for said := range c.All() {
		if behind && said.Line != "" && strings.HasSuffix(said.Verb, ":") {
			return c.Breach("behind RCPT it sent the line %s", shown(said.Line)).At(c.Mark(said))
		}
		behind = behind || said.Verb == "RCPT"
	}
	return c.Pass("no message data came behind RCPT")
}

// withinLimit counts the recipients of each transaction.
func withinLimit(most int) judge {
	return func(c *conform.Case) conform.Verdict {
		if v, wrong := untruth(c); wrong && c.Truth() != conform.ToldTheTruth {
			return v
		}
		count := 0
		for _, said := range c.Said("MAIL", "RCPT") {
			if count++; said.Verb == "MAIL" {
				count = 0
			}
			if count > most {
				return c.NotApplicable("%d recipients in a transaction: it does not know LIMITS", count).At(c.Mark(said))
			}
		}
		return c.Pass("no transaction had more than %d recipients", most)
	}
}
