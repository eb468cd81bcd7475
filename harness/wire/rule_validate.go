package wire

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// maxGlob bounds the work that one pattern makes of a hostile text.
const maxGlob = 1024

// Validate returns what is wrong with the rule and what to write instead: a
// stage or an argument that cannot be, conditions or actions that contradict
// each other, a condition that its stage never meets, no action at all. It
// returns nil if the rule is good.
func (r Rule) Validate() error {
	if r.total == nil {
		return errors.New(`the zero Rule does nothing; begin with a stage, such as On(RCPT).Reply(550, "5.1.1 No such user")`)
	}
	p := ruleProblems{rule: r}
	p.checkStage()
	p.checkGlobs()
	p.checkCounters()
	p.checkReply()
	p.checkEHLO()
	p.checkTimes()
	p.checkDelivery()
	p.checkTLS()
	p.checkContradictions()
	return errors.Join(p.errs...)
}

type ruleProblems struct {
	rule Rule
	errs []error
}

// addIf notes a problem. Format says what is wrong; what to write.
func (p *ruleProblems) addIf(wrong bool, format string, args ...any) {
	if wrong {
		p.errs = append(p.errs, fmt.Errorf("rule %s: %s", shownRule(p.rule), fmt.Sprintf(format, args...)))
	}
}

// shownRule is a rule's name in an error message. The Go form quotes what is in
// it, a given name may be anything.
func shownRule(r Rule) string {
	if r.name != "" {
		return record.Clip(record.Escape(r.name), 200)
	}
	return record.Clip(r.String(), 200)
}

func (p *ruleProblems) checkStage() {
	r := p.rule
	if !slices.Contains(record.Stages(), r.stage) {
		p.addIf(true, "%s", unknownStage(string(r.stage)))
		return
	}
	p.addIf(r.set.has(partTo) && !slices.Contains([]record.Stage{record.RCPT, record.DATA, record.BDAT, record.BODY, record.ANY}, r.stage),
		"there is no recipient at %s; use To with On(RCPT), On(DATA), On(BODY) or On(ANY)", r.stage)
	p.addIf(r.set.has(partFrom) && slices.Contains([]record.Stage{record.CONNECT, record.EHLO, record.STARTTLS, record.AUTH}, r.stage),
		"there is no reverse-path at %s; use From with On(MAIL) or a later stage", r.stage)
	p.addIf(r.set.has(partArg) && (r.stage == record.CONNECT || r.stage == record.BODY),
		"there is no command at %s, so no argument; use Arg with the stage of a command", r.stage)
	p.addIf(r.set.has(partHello|partInTransaction) && r.stage == record.CONNECT,
		"the client has said nothing yet at CONNECT; use %s with a later stage", methodNames(r.set&(partHello|partInTransaction)))
	p.addIf(r.dropsData() && !dataStage(r.stage),
		"there is no message data at %s; use DropAfterBytes with On(BODY)", r.stage)
	p.addIf(r.set.has(partWithhold|partAdvertise) && r.stage != record.EHLO,
		"%s changes the reply to EHLO; write On(EHLO)", methodNames(r.set&(partWithhold|partAdvertise)))
}

func (p *ruleProblems) checkGlobs() {
	for _, g := range []struct {
		method string
		glob   glob
	}{{"To", p.rule.to}, {"From", p.rule.from}, {"Arg", p.rule.arg}, {"Hello", p.rule.hello}} {
		p.addIf(g.glob.dangling(), `the pattern of %s ends with a \ that escapes nothing; write \\ for the character itself`, g.method)
		p.addIf(len(g.glob.text) > maxGlob, "the pattern of %s has %d octets; write at most %d, or use When", g.method, len(g.glob.text), maxGlob)
	}
}

func (p *ruleProblems) checkCounters() {
	r := p.rule
	for _, c := range []struct {
		part   ruleParts
		method string
		n      int
	}{{partInSession, "InSession", r.inSession}, {partInTransaction, "InTransaction", r.inTransaction},
		{partOccurrence, "Occurrence", r.occurrence}, {partFirst, "FirstN", r.first}, {partNth, "Nth", r.nth}, {partEvery, "Every", r.every}} {
		p.addIf(r.set.has(c.part) && c.n < 1, "%s(%d) never comes; count from 1", c.method, c.n)
	}
	p.addIf(r.set.has(partChance) && !(r.chance >= 0 && r.chance <= 1),
		"the probability %v is outside 0 to 1; write 0.1 for one in ten", r.chance)
	p.addIf(r.set.has(partWhen) && r.when == nil, "When(nil) asks nobody; give it a func or leave it out")
	p.addIf(r.set.has(partDo) && r.act.do == nil, "Do(nil) does nothing; give it a func or leave it out")
}

func (p *ruleProblems) checkReply() {
	r := p.rule
	p.addIf(r.set.has(partReplyRaw) && len(r.act.raw) == 0, "ReplyRaw has no octets; write LoseReply or Stall for an answer that never comes")
	if !r.set.has(partReply) {
		return
	}
	code := r.act.reply.Code
	p.addIf(code < 200 || code > 599, "the code %d is outside 200 to 599; write one such as 451 or 550, or ReplyRaw for what is no reply", code)
	p.checkLines("Reply", r.act.reply.Lines)
}

func (p *ruleProblems) checkEHLO() {
	r := p.rule
	p.addIf(r.set.has(partWithhold) && len(r.act.withhold) == 0, `Withhold names nothing; write a keyword, such as Withhold("STARTTLS")`)
	p.addIf(r.set.has(partAdvertise) && len(r.act.advertise) == 0, `Advertise names nothing; write a line, such as Advertise("SIZE 1000")`)
	if i := slices.IndexFunc(r.act.withhold, noKeyword); i >= 0 {
		p.addIf(true, `Withhold takes keywords alone and has %s; write "SIZE" without its parameters`, shownKey(r.act.withhold[i]))
	}
	p.addIf(slices.Contains(r.act.advertise, ""), `Advertise has an empty line; write a keyword, such as "SIZE 1000"`)
	p.checkLines("Withhold", r.act.withhold)
	p.checkLines("Advertise", r.act.advertise)
}

func (p *ruleProblems) checkLines(method string, lines []string) {
	if i := slices.IndexFunc(lines, breaksLine); i >= 0 {
		p.addIf(true, "%s has CR, LF or NUL in the line %s; give each line as an argument of its own, or use ReplyRaw", method, shownKey(lines[i]))
	}
}

func breaksLine(line string) bool { return strings.ContainsAny(line, "\r\n\x00") }

func noKeyword(word string) bool { return word == "" || strings.ContainsAny(word, " \t") }

func (p *ruleProblems) checkTimes() {
	r := p.rule
	p.addIf(r.act.delay < 0, "Delay(%s) is negative; write how long to wait, such as 2*time.Second", goDelay(r))
	p.addIf(r.act.dripEvery < 0, "Drip pauses for %s, which is negative; write how long to wait, such as 100*time.Millisecond", r.act.dripEvery)
	p.addIf(r.set.has(partDrip) && r.act.dripChunk < 1, "Drip sends %d octets at a time; write 1 or more", r.act.dripChunk)
	p.addIf(r.dropsData() && r.act.dropAfter < 0, "DropAfterBytes(%d) is negative; write 0 or more", r.act.dropAfter)
}

func methodCount(set ruleParts) int { return bits.OnesCount64(uint64(set)) }

// methodNames lists methods for a sentence: "Stall and Drop".
func methodNames(set ruleParts) string {
	var names []string
	for _, p := range ruleTable {
		if set.has(p.part) {
			names = append(names, p.method)
		}
	}
	return strings.Join(names, " and ")
}
