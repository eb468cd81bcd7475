package wire

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Split sends the answer in several writes, cut at these offsets, each greater
// than the one before and the first at least 1. Octets of Early and Trail count
// as part of the answer. An offset behind its end cuts nothing.
func (r Rule) Split(offsets ...int) Rule {
	r = r.with(partSplit)
	r.act.split = slices.Clone(offsets)
	return r
}

// Hold keeps the answer back until the next one, and sends both in one segment.
// It is sent alone where no other comes: once the client hangs up, or a rule
// falls silent. The command is acted on at once.
func (r Rule) Hold() Rule {
	r = r.with(partHold)
	r.act.hold = true
	return r
}

// Early sends octets right before the answer, in its segment.
func (r Rule) Early(octets []byte) Rule {
	r = r.with(partEarly)
	r.act.early = bytes.Clone(octets)
	return r
}

// Trail sends octets right behind the answer, in its segment: a reply that
// nobody asked for, the reply to a command that is still to come, or plain text
// behind the 220 of STARTTLS, which a client must not take for something said
// under TLS, RFC 3207 §4.2.
func (r Rule) Trail(octets []byte) Rule {
	r = r.with(partTrail)
	r.act.trail = bytes.Clone(octets)
	return r
}

// Flood sends n octets of reply lines, 6 at least, before the last line of the
// answer: "250-…" without end for a reply of 250, as fast as the client reads
// them. The record says how many they were to be, and holds none of them.
func (r Rule) Flood(n int64) Rule {
	r = r.with(partFlood)
	r.act.flood = n
	return r
}

// ThenDrop closes the connection after the answer.
func (r Rule) ThenDrop() Rule {
	r = r.with(partThenDrop)
	r.act.thenDrop = true
	return r
}

// HalfClose closes the server's direction after the answer, with a FIN, and
// goes on reading: what the client still says is recorded, and not acted on,
// because it cannot be answered.
func (r Rule) HalfClose() Rule {
	r = r.with(partHalfClose)
	r.act.halfClose = true
	return r
}

// NoCloseNotify lets the Drop or ThenDrop of the same rule close the connection
// without TLS' close_notify, so that the client cannot tell the end from a cut,
// RFC 8446 §6.1. In clear text it changes nothing.
func (r Rule) NoCloseNotify() Rule {
	r = r.with(partNoCloseNotify)
	r.act.noCloseNotify = true
	return r
}

func goSplit(r Rule) string {
	offsets := make([]string, 0, len(r.act.split))
	for _, at := range r.act.split {
		offsets = append(offsets, strconv.Itoa(at))
	}
	return strings.Join(offsets, ", ")
}

func splitValue(r Rule) any { return r.act.split }

func parseSplit(r Rule, n ruleNode) (Rule, error) {
	elements, err := n.elements()
	if err != nil {
		return r, err
	}
	offsets := make([]int, len(elements))
	for i, e := range elements {
		if err := e.decode(&offsets[i]); err != nil {
			return r, err
		}
	}
	return r.Split(offsets...), nil
}

func (p *ruleProblems) checkDelivery() {
	r := p.rule
	p.addIf(r.set.has(partSplit) && len(r.act.split) == 0, "Split cuts nowhere; write an offset or more, such as Split(3, 7)")
	p.addIf(!growing(r.act.split), "the offsets of Split(%s) do not grow from 1; write each once, the least one first, such as Split(3, 7)", goSplit(r))
	p.addIf(r.set.has(partEarly) && len(r.act.early) == 0, "Early has no octets; give it some or leave it out")
	p.addIf(r.set.has(partTrail) && len(r.act.trail) == 0, "Trail has no octets; give it some or leave it out")
	p.addIf(r.set.has(partFlood) && r.act.flood < 1, "Flood(%d) sends nothing; write how many octets, such as Flood(1000000)", r.act.flood)
	p.addIf(r.set.has(partHold) && (r.stage == record.STARTTLS || r.stage == record.QUIT),
		"behind %s comes no command whose answer could be waited for; write Stall for an answer that never comes", r.stage)
	p.addIf(r.set.has(partNoCloseNotify) && !r.set.has(partDrop|partThenDrop),
		"NoCloseNotify says how a connection closes; add ThenDrop, or Drop for no answer at all")
	p.addIf(r.set.has(partNoCloseNotify) && r.set.has(partBeforeTLS), "there is no close_notify in clear text; leave out NoCloseNotify or BeforeTLS")
}

// growing says that each offset cuts behind the one before it.
func growing(offsets []int) bool {
	last := 0
	for _, at := range offsets {
		if at <= last {
			return false
		}
		last = at
	}
	return true
}
