package wire

// modifiers say which actions leave nothing to delay, to cut in pieces, to add
// to or to close after.
var modifiers = []struct{ modifier, notWith ruleParts }{
	{partDelay, ruleMute | partDropAfterBytes},
	{partDrip, ruleUnsent},
	{partSplit, ruleUnsent},
	{partHold, ruleUnsent},
	{partEarly, ruleUnsent},
	{partTrail, ruleUnsent},
	{partFlood, ruleUnsent},
	{partThenDrop, ruleUnanswered},
	{partHalfClose, ruleUnanswered},
}

// contradictions are the pairs of modifiers of which one spoils the other.
var contradictions = []struct {
	one, others ruleParts
	because     string
}{
	{partDrip, partSplit, "both say into which pieces the answer is cut"},
	{partHold, partDelay | partDrip | partSplit, "both say when the answer leaves"},
	{partHold, partFlood, "nobody would read what is held"},
	{partHold, partThenDrop | partHalfClose, "behind a held answer must come another"},
	{partFlood, partDrip | partSplit, "a flood leaves as fast as it is read"},
	{partFlood, partReplyRaw, "there is no last line to put it before"},
	{partHandshake, partCertificate | partTLSVersions | partKeepPlaintext, "a spoilt handshake leaves no TLS"},
	{partThenDrop, partHalfClose, "one keeps the connection and the other does not"},
}

func (p *ruleProblems) checkContradictions() {
	set := p.rule.set
	p.addIf(!set.has(ruleActions), `it says when but not what; add an action, such as Reply(550, "5.1.1 No such user") or Drop()`)
	p.addIf(methodCount(set&ruleCounters) > 1, "%s contradict each other; keep one counter", methodNames(set&ruleCounters))
	p.addIf(set.has(partBeforeTLS) && set.has(partInsideTLS), "BeforeTLS and InsideTLS contradict each other; keep one, or neither for both")

	answers := set & ruleAnswers
	p.addIf(methodCount(answers) > 1 && answers != partWithhold|partAdvertise,
		"%s contradict each other, because an exchange has one answer; keep one, or write a rule for each", methodNames(answers))
	for _, m := range modifiers {
		p.addIf(set.has(m.modifier) && set.has(m.notWith), "%s leaves nothing for %s to act on; leave one of them out",
			methodNames(set&m.notWith), methodNames(m.modifier))
	}
	for _, c := range contradictions {
		p.addIf(set.has(c.one) && set.has(c.others), "%s contradict each other, because %s; keep one",
			methodNames(set&(c.one|c.others)), c.because)
	}
}
