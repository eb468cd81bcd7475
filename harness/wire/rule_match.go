package wire

import (
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness/record"
)

// ruleTally counts for one rule. seen is used by bound rules only.
type ruleTally struct {
	seen atomic.Int64 // exchanges that met all conditions
	hits atomic.Int64

	elsewhere func() int // the hits of a rule that another process applies; nil otherwise
}

// hit counts that a bound rule did what it says.
func (r *Rule) hit() {
	r.bound.hits.Add(1)
	r.total.hits.Add(1)
}

// dropsData says that the rule acts within message data, not on an exchange.
func (r *Rule) dropsData() bool { return r.set.has(partDropAfterBytes) }

// takes says that a bound rule's turn has come, and moves its counter.
func (r *Rule) takes(x *Exchange) bool {
	return r.meets(x) && (r.when == nil || r.when(x)) && r.turn()
}

func (r *Rule) meets(x *Exchange) bool {
	return (!r.set.has(partInSession) || r.inSession == x.SessionID) &&
		(!r.set.has(partInTransaction) || r.inTransaction == transactionOf(x)) &&
		(!r.set.has(partOccurrence) || r.occurrence == x.Occurrence) &&
		(!r.set.has(partBeforeTLS) || !x.TLS) &&
		(!r.set.has(partInsideTLS) || x.TLS) &&
		(!r.set.has(ruleTLS) || r.shakes(x)) &&
		(!r.set.has(partTo) || r.meetsTo(x)) &&
		(!r.set.has(partFrom) || r.meetsFrom(x)) &&
		(!r.set.has(partArg) || r.arg.match(x.Command.Arg)) &&
		(!r.set.has(partHello) || r.hello.match(helloOf(x)))
}

// transactionOf returns the number of the transaction that an exchange belongs
// to. MAIL belongs to the one that it asks for.
func transactionOf(x *Exchange) int {
	if x.Stage == record.MAIL {
		return x.Transaction + 1
	}
	return x.Transaction
}

func helloOf(x *Exchange) string {
	if x.Stage == record.EHLO {
		return x.Command.Arg
	}
	return x.Hello
}

func (r *Rule) meetsTo(x *Exchange) bool {
	if x.Stage == record.RCPT {
		return r.to.match(x.Address)
	}
	for i := range x.Envelope.Recipients {
		if to := &x.Envelope.Recipients[i]; to.Accepted() && r.to.match(to.Address) {
			return true
		}
	}
	return false
}

func (r *Rule) meetsFrom(x *Exchange) bool {
	if x.Stage == record.MAIL {
		return r.from.match(x.Address)
	}
	return r.from.match(x.Envelope.From)
}

// turn counts an exchange that meets all conditions.
func (r *Rule) turn() bool {
	if !r.set.has(ruleCounters) {
		return true
	}
	k := r.bound.seen.Add(1)
	switch {
	case r.set.has(partFirst):
		return k <= int64(r.first)
	case r.set.has(partNth):
		return k == int64(r.nth)
	case r.set.has(partEvery):
		return r.every > 0 && k%int64(r.every) == 0
	}
	return lot(r.seed, uint64(k)) < r.chance
}

// lot draws the kth number from 0 to 1 of a seed, without the ones before it:
// the mixing function of SplitMix64.
func lot(seed, k uint64) float64 {
	z := seed + k*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}
