package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// String returns the rule as the Go that makes it, conditions first:
//
//	On(RCPT).To("bad@*").FirstN(2).Reply(451, "4.7.1 later")
//
// A function prints as func.
func (r Rule) String() string {
	var b strings.Builder
	switch {
	case r.stage == "":
		b.WriteString("Rule{}")
	case slices.Contains(record.Stages(), r.stage):
		fmt.Fprintf(&b, "On(%s)", r.stage)
	default:
		fmt.Fprintf(&b, "On(%q)", string(r.stage))
	}
	for _, p := range ruleTable {
		switch {
		case !r.set.has(p.part):
		case p.part == partFirst && r.first == 1:
			b.WriteString(".Once()")
		default:
			fmt.Fprintf(&b, ".%s(%s)", p.method, p.goArgs(r))
		}
	}
	return b.String()
}

// GomegaString is how Gomega's own matchers print a rule: its Go form, and how
// often it fired.
func (r Rule) GomegaString() string {
	return fmt.Sprintf("rule %s, fired %d times", r, r.Hits())
}

func goChance(r Rule) string {
	return strconv.FormatFloat(r.chance, 'g', -1, 64) + ", " + strconv.FormatUint(r.seed, 10)
}

func goReply(r Rule) string {
	code := strconv.Itoa(r.act.reply.Code)
	if len(r.act.reply.Lines) == 0 {
		return code
	}
	return code + ", " + quotedList(r.act.reply.Lines)
}

func goDelay(r Rule) string { return goDuration(r.act.delay) }

func goDrip(r Rule) string {
	return strconv.Itoa(r.act.dripChunk) + ", " + goDuration(r.act.dripEvery)
}

func quotedList(list []string) string {
	quoted := make([]string, 0, len(list))
	for _, s := range list {
		quoted = append(quoted, strconv.Quote(s))
	}
	return strings.Join(quoted, ", ")
}

// goDuration writes a duration as Go does, in the largest unit that divides it.
func goDuration(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "time.Hour"}, {time.Minute, "time.Minute"}, {time.Second, "time.Second"},
		{time.Millisecond, "time.Millisecond"}, {time.Microsecond, "time.Microsecond"}, {1, "time.Nanosecond"}} {
		switch {
		case d == unit.size:
			return unit.name
		case d != 0 && d%unit.size == 0:
			return strconv.FormatInt(int64(d/unit.size), 10) + "*" + unit.name
		}
	}
	return "0"
}
