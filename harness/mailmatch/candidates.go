package mailmatch

import (
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// FailureMessage has the form
//
//	Expected server to have received a message that would
//	    be sent to exactly ["bat@example.com"] (RCPT TO)
//	    have subject "Your order 42"
//	It received 2:
//	    #1 "Welcome" from <shop@example.mn> to <bat@example.com>, 75 bytes
//	    #2 "Order 42" from <shop@example.mn> to <dorj@example.com>, 78 bytes
//	Closest is #1:
//	    yes  be sent to exactly ["bat@example.com"] (RCPT TO)
//	    NO   have subject "Your order 42"
//	          has "Welcome"
func (r received) FailureMessage(actual any) string { return r.message(actual, "to have ") }

func (r received) NegatedFailureMessage(actual any) string { return r.message(actual, "not to have ") }

func (r received) message(actual any, demand string) string {
	look, err := r.seen(actual)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Expected %s %sreceived %s\n", look.name, demand, r.head())
	for _, c := range r.claims {
		b.WriteString(indent(c.want()) + "\n")
	}
	b.WriteString(look.inventory(len(r.claims) > 0))
	if demand == "to have " && len(look.fitting) < max(r.count, 1) {
		b.WriteString(r.closest(look))
	}
	b.WriteString(look.notes())
	return strings.TrimSuffix(b.String(), "\n")
}

// inventory lists the messages. Those that meet the conditions are marked, if
// there are conditions and a message meets them.
func (l *lookAtMailbox) inventory(conditions bool) string {
	if len(l.messages) == 0 {
		return "It received none.\n"
	}
	mark := conditions && len(l.fitting) > 0
	tail := ":\n"
	if mark {
		tail = fmt.Sprintf(", %d that would:\n", len(l.fitting))
	}
	return fmt.Sprintf("It received %d", len(l.messages)) + tail + indent(listed(l.messages, func(m *harness.Message) string {
		switch {
		case !mark:
			return numbered(m)
		case l.fitting[m]:
			return "yes  " + numbered(m)
		}
		return "NO   " + numbered(m)
	})) + "\n"
}

// numbered returns `#1 "x" from <a@b> to <c@d>, 75 bytes`.
func numbered(m *harness.Message) string { return strings.TrimPrefix(m.String(), "message ") }

// closest shows the message that meets most conditions without meeting all.
func (r received) closest(l *lookAtMailbox) string {
	var best *harness.Message
	most := -1
	for _, m := range l.messages {
		if l.fitting[m] {
			continue
		}
		if n := r.meets(m); n > most {
			best, most = m, n
		}
	}
	if best == nil || len(r.claims) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Closest is #%d:\n", best.ID)
	for _, c := range r.claims {
		b.WriteString(compared(c, best))
	}
	return b.String()
}

func (r received) meets(m *harness.Message) int {
	n := 0
	for _, c := range r.claims {
		if v, err := c.judge(m); err == nil && v.ok {
			n++
		}
	}
	return n
}

// compared is the line of one condition, and below it what is there instead.
func compared(c messageClaim, m *harness.Message) string {
	v, err := c.judge(m)
	switch {
	case err != nil:
		return indent("NO   "+c.want()) + "\n" + below(err.Error())
	case v.ok:
		return indent("yes  "+c.want()) + "\n"
	}
	return indent("NO   "+c.want()) + "\n" + below(strings.TrimPrefix(v.inline(), "it "))
}

func below(s string) string {
	const under = "          "
	return under + strings.ReplaceAll(s, "\n", "\n"+under) + "\n"
}

// notes say why nobody needs to wait any longer.
func (l *lookAtMailbox) notes() string {
	var b strings.Builder
	if len(l.violations) > 0 {
		b.WriteString("What the test does not allow came first:\n" +
			indent(listed(l.violations, func(v harness.Violation) string { return harmless(v.Text) })) + "\n")
	}
	if l.closed {
		b.WriteString("The " + record.Escape(l.name) + " is closed, nothing more will come.\n")
	}
	return b.String()
}
