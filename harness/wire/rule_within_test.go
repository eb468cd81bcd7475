package wire

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func inSession(id int) func(*Exchange) bool {
	return func(x *Exchange) bool { return x.SessionID == id }
}

// matched returns the name of the rule that an exchange of a session gets.
func matched(set *RuleSet, id int) string {
	r := set.Match(&Exchange{Stage: record.NOOP, SessionID: id})
	if r == nil {
		return ""
	}
	return r.Name()
}

func TestRulesWithinActOnWhatBelongs(t *testing.T) {
	var set RuleSet
	one, two := set.Within(inSession(1)), set.Within(inSession(2))
	first := one.Add(On(record.NOOP).Drop().Named("one"))
	two.Add(On(record.NOOP).Once().Drop().Named("two"))
	set.Add(On(record.NOOP).Drop().Named("all"))
	for _, tt := range []struct {
		session int
		want    string
	}{{1, "one"}, {2, "two"}, {2, "all"}, {3, "all"}, {1, "one"}} {
		if got := matched(&set, tt.session); got != tt.want {
			t.Errorf("session %d got %q, want %q", tt.session, got, tt.want)
		}
	}
	if first.Hits() != 2 {
		t.Errorf("%d hits, want 2", first.Hits())
	}
}

func TestNewerSetWithinComesFirst(t *testing.T) {
	var set RuleSet
	older, newer := set.Within(inSession(1)), set.Within(inSession(1))
	newer.Add(On(record.NOOP).Drop().Named("newer"))
	older.Add(On(record.NOOP).Drop().Named("older"))
	if got := matched(&set, 1); got != "newer" {
		t.Errorf("got %q", got)
	}
	set.Without(newer)
	if got := matched(&set, 1); got != "older" {
		t.Errorf("without the newer: %q", got)
	}
}

func TestRulesWithinCutData(t *testing.T) {
	var set RuleSet
	set.Within(inSession(1)).Add(On(record.BODY).DropAfterBytes(9))
	if got := set.MatchData(&Exchange{Stage: record.BODY, SessionID: 1}); got == nil || got.act.dropAfter != 9 {
		t.Errorf("got %v", got)
	}
	if got := set.MatchData(&Exchange{Stage: record.BODY, SessionID: 2}); got != nil {
		t.Errorf("another session got %s", got)
	}
}

func TestRulesWithinAllocateNothing(t *testing.T) {
	set := fiveRules()
	set.Within(inSession(1)).Add(On(record.NOOP).Drop())
	x := &Exchange{Stage: record.NOOP, SessionID: 1}
	if n := testing.AllocsPerRun(100, func() { set.Match(x); set.MatchData(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
