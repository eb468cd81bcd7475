package catalog

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var dsnGroup = &conform.Group{Name: "dsn", Title: "Delivery status notifications",
	Effect: "The server refuses the command for its parameters, or sends other notifications than were asked for.",
	Fix:    "Send RET, ENVID, NOTIFY and ORCPT where DSN is offered only, and encode their values as xtext.",
}

var needsDSN = []conform.Need{conform.NeedDSN}

// askDSN asks for notifications.
func askDSN(d record.DSN) func(conform.Env, *record.Job) {
	return func(_ conform.Env, j *record.Job) { j.DSN = &d }
}

// Servers that offer DSN, and what is asked of a client before each. ENVID has
// one of its own: many clients do not know it.
var (
	dsnAll   = &conform.Script{ID: "dsn-all", Text: "DSN is offered; all notifications are asked for, with headers only", Offer: []string{"DSN"}, Ask: askDSN(record.DSN{Return: "HDRS", Notify: []string{"SUCCESS", "FAILURE", "DELAY"}})}
	dsnNever = &conform.Script{ID: "dsn-never", Text: "DSN is offered; no notification is asked for, and if at all the full message", Offer: []string{"DSN"}, Ask: askDSN(record.DSN{Return: "FULL", Notify: []string{"NEVER"}})}
	dsnID    = &conform.Script{ID: "dsn-envid", Text: "DSN is offered; the message is asked to be named \"a+b=c d\" in notifications", Offer: []string{"DSN"}, Ask: askDSN(record.DSN{ID: "a+b=c d", Notify: []string{"FAILURE"}})}
)

var dsn = of(dsnGroup,
	scenario{ID: "dsn-not-offered", Tier: 3, Title: "No parameters of DSN without an offer", Level: rfc.MUST, RFC: "3461 §4 §5.2.2; 5321 §4.1.1.11",
		Expect: "passes: none of RET, ENVID, NOTIFY and ORCPT is sent; fails: one is.",
		Needs:  needsDSN,
		Script: &conform.Script{Text: "DSN is not offered; notifications are asked for", Ask: askDSN(record.DSN{Return: "HDRS", Notify: []string{"FAILURE"}})},
		Judge:  noDSN},
	scenario{ID: "dsn-notify", Tier: 3, Title: "Values of NOTIFY", Level: rfc.MUST, RFC: "3461 §4.1",
		Expect:  "passes: NEVER alone, or some of SUCCESS, FAILURE and DELAY; fails: anything else.",
		Needs:   needsDSN,
		Scripts: []*conform.Script{dsnAll, dsnNever}, Judge: values("RCPT", "NOTIFY", legalNotify)},
	scenario{ID: "dsn-ret", Tier: 3, Title: "Values of RET", Level: rfc.MUST, RFC: "3461 §4.3",
		Expect:  "passes: FULL or HDRS; fails: anything else.",
		Needs:   needsDSN,
		Scripts: []*conform.Script{dsnAll, dsnNever}, Judge: values("MAIL", "RET", func(v string) bool { return strings.EqualFold(v, "FULL") || strings.EqualFold(v, "HDRS") })},
	scenario{ID: "dsn-xtext", Tier: 3, Title: "ENVID is xtext", Level: rfc.MUST, RFC: "3461 §4 §4.4",
		Expect:  "passes: plus, equals sign and blank are sent as +2B, +3D and +20; fails: as they are.",
		Needs:   needsDSN,
		Scripts: []*conform.Script{dsnID}, Judge: values("MAIL", "ENVID", func(v string) bool { return v == "a+2Bb+3Dc+20d" })},
	scenario{ID: "dsn-orcpt-type", Tier: 3, Title: "ORCPT has a type", Level: rfc.MUST, RFC: "3461 §4.2",
		Expect:  "passes: the type of the address stands before it, \"rfc822;\"; fails: it does not; n/a: no ORCPT is sent.",
		Needs:   needsDSN,
		Scripts: []*conform.Script{dsnAll}, Judge: values("RCPT", "ORCPT", typed)},
)

func noDSN(c *conform.Case) conform.Verdict {
	if said, keyword, ok := with(c, "RET", "ENVID", "NOTIFY", "ORCPT"); ok {
		return c.Breach("%s was sent with %s, which was not offered", said.Verb, keyword).At(c.Mark(said))
	}
	if c.Outcome.Class == conform.OK {
		return c.Pass("sent without them")
	}
	return c.Pass("refused: %s", c.Told())
}

// values checks a parameter on every script of the scenario.
func values(verb, keyword string, legal func(string) bool) judge {
	return func(c *conform.Case) conform.Verdict {
		var seen []string
		for i := range c.Trials {
			on := c.On(i)
			for _, said := range on.Said(verb) {
				value, ok := parameter(said, keyword)
				switch {
				case ok && !legal(value):
					return c.Breach("%s=%s", keyword, shown(value)).At(on.Mark(said))
				case ok:
					seen = append(seen, keyword+"="+shown(value))
				}
			}
		}
		if seen == nil {
			return c.NotApplicable("no %s is sent", keyword)
		}
		return c.Pass("%s", strings.Join(seen, ", "))
	}
}

func legalNotify(value string) bool {
	words := strings.Split(strings.ToUpper(value), ",")
	if slices.Contains(words, "NEVER") {
		return len(words) == 1
	}
	for i, word := range words {
		if word != "SUCCESS" && word != "FAILURE" && word != "DELAY" || slices.Contains(words[:i], word) {
			return false
		}
	}
	return true
}

func typed(value string) bool {
	kind, address, found := strings.Cut(value, ";")
	return found && kind != "" && address != ""
}
