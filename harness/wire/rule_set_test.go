package wire

import (
	"sync"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestRuleSetNewestWins(t *testing.T) {
	var set RuleSet
	set.Add(On(record.ANY).Reply(421, "old"))
	newer := set.Add(On(record.RCPT).Reply(451, "new"))
	if got := set.Match(&Exchange{Stage: record.RCPT}); got == nil || got.act.reply.Code != 451 {
		t.Errorf("got %s", got)
	}
	if got := set.Match(&Exchange{Stage: record.MAIL}); got == nil || got.act.reply.Code != 421 {
		t.Errorf("got %s", got)
	}
	set.Remove(newer)
	if got := set.Match(&Exchange{Stage: record.RCPT}); got == nil || got.act.reply.Code != 421 {
		t.Errorf("after Remove: %s", got)
	}
}

func TestRuleSetHits(t *testing.T) {
	value := On(record.NOOP).FirstN(2).Reply(451, "later")
	var one, two RuleSet
	first, second := one.Add(value), two.Add(value)
	firedMarks(&one, 5)
	firedMarks(&two, 1)
	if value.Hits() != 3 || first.Hits() != 2 || second.Hits() != 1 {
		t.Errorf("hits %d, %d, %d, want 3, 2, 1", value.Hits(), first.Hits(), second.Hits())
	}
	if got := first.Named("copy").Hits(); got != 0 {
		t.Errorf("a changed copy starts at %d", got)
	}
	if got := value.GomegaString(); got != `rule On(NOOP).FirstN(2).Reply(451, "later"), fired 3 times` {
		t.Error(got)
	}
}

func TestRuleSetRemove(t *testing.T) {
	value, other := On(record.NOOP).Drop(), On(record.NOOP).Stall()
	var set RuleSet
	set.Remove(value)
	one := set.Add(value)
	set.Add(other)
	set.Add(value)
	set.Remove(one)
	if got := len(set.Rules()); got != 2 {
		t.Errorf("removing a bound rule leaves %d", got)
	}
	set.Remove(value)
	rules := set.Rules()
	if len(rules) != 1 || rules[0].String() != other.String() {
		t.Errorf("removing a value leaves %v", rules)
	}
	set.Remove(Rule{})
	set.Remove(On(record.NOOP).Stall())
	if got := len(set.Rules()); got != 1 {
		t.Errorf("removing what is not there leaves %d", got)
	}
}

func TestRuleSetUnfired(t *testing.T) {
	var set RuleSet
	set.Add(On(record.NOOP).Required().Drop())
	set.Add(On(record.QUIT).Required().Drop())
	set.Add(On(record.RSET).Drop())
	set.Match(&Exchange{Stage: record.NOOP})
	unfired := set.Unfired()
	if len(unfired) != 1 || unfired[0].Name() != "On(QUIT).Drop().Required()" {
		t.Errorf("unfired: %v", unfired)
	}
}

func TestRuleSetMatchData(t *testing.T) {
	var set RuleSet
	small := set.Add(On(record.BODY).To("bat@*").DropAfterBytes(10))
	set.Add(On(record.DATA).To("other@*").DropAfterBytes(20))
	set.Add(On(record.MAIL).DropAfterBytes(30))
	set.Add(On(record.BODY).Reply(552, "full"))
	x := &Exchange{Stage: record.BODY, Envelope: oneOfTwoAccepted}
	got := set.MatchData(x)
	if got == nil || got.act.dropAfter != 10 || small.Hits() != 0 {
		t.Fatalf("got %s, %d hits", got, small.Hits())
	}
	got.hit()
	if small.Hits() != 1 {
		t.Errorf("%d hits, want 1", small.Hits())
	}
	if got := set.Match(x); got == nil || got.act.reply == nil {
		t.Errorf("Match gave %s", got)
	}
}

func TestRuleSetCallsFuncsWithoutItsLock(t *testing.T) {
	var set RuleSet
	var bound Rule
	bound = set.Add(On(record.NOOP).When(func(*Exchange) bool {
		set.Remove(bound)
		set.Add(On(record.NOOP).Stall())
		return true
	}).Drop())
	if got := set.Match(&Exchange{Stage: record.NOOP}); got == nil || got.act.silence != drop {
		t.Errorf("got %s", got)
	}
	if got := set.Match(&Exchange{Stage: record.NOOP}); got == nil || got.act.silence != stall {
		t.Errorf("then %s", got)
	}
}

func TestRuleSetConcurrently(t *testing.T) {
	value := On(record.NOOP).FirstN(500).Reply(451, "later")
	var set RuleSet
	bound := set.Add(value)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				set.Match(&Exchange{Stage: record.NOOP})
				set.Remove(set.Add(On(record.QUIT).Required().Drop()))
				set.MatchData(&Exchange{Stage: record.BODY})
				set.Unfired()
			}
		})
	}
	wg.Wait()
	if value.Hits() != 500 || bound.Hits() != 500 || len(set.Rules()) != 1 {
		t.Errorf("hits %d and %d, want 500; %d rules, want 1", value.Hits(), bound.Hits(), len(set.Rules()))
	}
}

// fiveRules is a set in which the oldest rule is the one that matches.
func fiveRules() *RuleSet {
	set := new(RuleSet)
	set.Add(On(record.RCPT).To("bat@*").Every(2).Reply(451, "4.7.1 later"))
	set.Add(On(record.RCPT).To("bad@*").From("shop@*").Reply(550, "5.1.1 No such user"))
	set.Add(On(record.MAIL).From("*@example.mn").Drop())
	set.Add(On(record.RCPT).Occurrence(9).Stall())
	set.Add(On(record.ANY).InSession(9).Reset())
	return set
}

func TestRuleSetMatchAllocatesNothing(t *testing.T) {
	x := &Exchange{Stage: record.RCPT, Address: "бат.bat@example.com", Envelope: oneOfTwoAccepted, SessionID: 1, Occurrence: 1}
	y := &Exchange{Stage: record.RCPT, Address: "bat@example.com", Envelope: oneOfTwoAccepted, SessionID: 1, Occurrence: 1}
	empty, five := new(RuleSet), fiveRules()
	if n := testing.AllocsPerRun(100, func() { empty.Match(x); five.Match(x); five.Match(y); five.MatchData(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRuleSetMatch(b *testing.B) {
	x := &Exchange{Stage: record.RCPT, Address: "bat@example.com", Envelope: oneOfTwoAccepted, SessionID: 1, Occurrence: 1}
	for _, c := range []struct {
		name string
		set  *RuleSet
	}{{"empty", new(RuleSet)}, {"five", fiveRules()}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.set.Match(x)
			}
		})
	}
}
