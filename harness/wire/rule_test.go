package wire

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// oneOfTwoAccepted is an envelope with two recipients, of which the server took one.
var oneOfTwoAccepted = record.Envelope{From: "shop@example.mn", Recipients: []record.Recipient{
	{Address: "bat@example.com", Reply: record.NewReply(250, "2.1.5 Ok")},
	{Address: "bad@example.com", Reply: record.NewReply(550, "5.1.1 No such user")},
}}

func TestRuleConditions(t *testing.T) {
	mail := Exchange{Stage: record.MAIL, Command: record.NewCommand("MAIL FROM:<shop@example.mn> SIZE=10"), Address: "shop@example.mn", SessionID: 1, Occurrence: 1}
	rcpt := Exchange{Stage: record.RCPT, Command: record.NewCommand("RCPT TO:<new@example.com>"), Address: "new@example.com", Envelope: oneOfTwoAccepted, SessionID: 2, Occurrence: 3, TLS: true}
	body := Exchange{Stage: record.BODY, Envelope: oneOfTwoAccepted, SessionID: 1, Occurrence: 1}
	other := Exchange{Stage: record.ANY, Command: record.NewCommand("VRFY bat"), SessionID: 1, Occurrence: 1}
	for _, c := range []struct {
		name string
		rule Rule
		x    Exchange
		want bool
	}{
		{"its stage", On(record.MAIL), mail, true},
		{"another stage", On(record.RCPT), mail, false},
		{"ANY at a stage", On(record.ANY), mail, true},
		{"ANY at a verb without a stage", On(record.ANY), other, true},
		{"a verb without a stage", On(record.NOOP), other, false},
		{"To at RCPT", On(record.RCPT).To("NEW@*"), rcpt, true},
		{"To at RCPT looks at the command", On(record.RCPT).To("bat@*"), rcpt, false},
		{"To at BODY", On(record.BODY).To("bat@*"), body, true},
		{"To at BODY ignores refused ones", On(record.BODY).To("bad@*"), body, false},
		{"To at ANY", On(record.ANY).To("bat@*"), body, true},
		{"To at ANY before RCPT", On(record.ANY).To("*"), mail, false},
		{"From at MAIL", On(record.MAIL).From("shop@*"), mail, true},
		{"From at MAIL, other", On(record.MAIL).From("bat@*"), mail, false},
		{"From later", On(record.RCPT).From("shop@*"), rcpt, true},
		{"From the null path", On(record.MAIL).From(""), mail, false},
		{"Arg", On(record.MAIL).Arg("from:<*> size=*"), mail, true},
		{"Arg, other", On(record.MAIL).Arg("* BODY=*"), mail, false},
		{"InSession", On(record.MAIL).InSession(1), mail, true},
		{"InSession, other", On(record.MAIL).InSession(2), mail, false},
		{"Occurrence", On(record.RCPT).Occurrence(3), rcpt, true},
		{"Occurrence, other", On(record.RCPT).Occurrence(2), rcpt, false},
		{"BeforeTLS in clear", On(record.MAIL).BeforeTLS(), mail, true},
		{"BeforeTLS inside", On(record.RCPT).BeforeTLS(), rcpt, false},
		{"InsideTLS in clear", On(record.MAIL).InsideTLS(), mail, false},
		{"InsideTLS inside", On(record.RCPT).InsideTLS(), rcpt, true},
		{"When yes", On(record.MAIL).When(func(x *Exchange) bool { return x.SessionID == 1 }), mail, true},
		{"When no", On(record.MAIL).When(func(*Exchange) bool { return false }), mail, false},
		{"all of them", On(record.RCPT).To("new@*").From("shop@*").Arg("TO:*").InSession(2).InsideTLS(), rcpt, true},
	} {
		var set RuleSet
		set.Add(c.rule.Drop())
		if got := set.Match(&c.x) != nil; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRuleCounters(t *testing.T) {
	on := On(record.NOOP).Reply(451, "later")
	for _, c := range []struct {
		name string
		rule Rule
		want string
	}{
		{"none", on, "xxxxxxxx"},
		{"Once", on.Once(), "x......."},
		{"FirstN", on.FirstN(3), "xxx....."},
		{"Nth", on.Nth(3), "..x....."},
		{"Every", on.Every(3), "..x..x.."},
		{"never", on.Chance(0, 1), "........"},
		{"always", on.Chance(1, 1), "xxxxxxxx"},
		{"a bad argument", on.Every(0), "........"},
	} {
		var set RuleSet
		set.Add(c.rule)
		if got := firedMarks(&set, 8); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// firedMarks offers n NOOPs to a set and shows which ones a rule took.
func firedMarks(set *RuleSet, n int) string {
	var b strings.Builder
	for i := range n {
		mark := byte('.')
		if set.Match(&Exchange{Stage: record.NOOP, Occurrence: i + 1}) != nil {
			mark = 'x'
		}
		b.WriteByte(mark)
	}
	return b.String()
}

func TestRuleChance(t *testing.T) {
	draw := func(seed uint64) string {
		var set RuleSet
		set.Add(On(record.NOOP).Chance(0.25, seed).Drop())
		return firedMarks(&set, 4000)
	}
	drawn := draw(7)
	if again := draw(7); again != drawn {
		t.Error("the same seed chooses other exchanges")
	}
	if draw(8) == drawn {
		t.Error("another seed chooses the same exchanges")
	}
	if n := strings.Count(drawn, "x"); n < 900 || n > 1100 {
		t.Errorf("a chance of 0.25 took %d of 4000", n)
	}
}

func TestRuleCountersCountWhatReachesThem(t *testing.T) {
	var set RuleSet
	set.Add(On(record.RCPT).To("bad@*").Nth(2).Reply(451, "second bad one"))
	set.Add(On(record.RCPT).Once().Reply(452, "first of all"))
	var got []string
	for _, to := range []string{"bad@a", "bad@a", "good@a", "bad@a", "bad@a"} {
		r := set.Match(&Exchange{Stage: record.RCPT, Address: to})
		if r == nil {
			got = append(got, "own")
		} else {
			got = append(got, r.act.reply.Lines[0])
		}
	}
	if want := "first of all, own, own, second bad one, own"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestRuleIsAValue(t *testing.T) {
	lines, octets := []string{"a"}, []byte("250 a\r\n")
	base := On(record.RCPT)
	reply, raw := base.Reply(250, lines...), base.ReplyRaw(octets)
	lines[0], octets[4] = "b", 'b'
	if got := reply.String() + raw.String(); got != `On(RCPT).Reply(250, "a")On(RCPT).ReplyRaw([]byte("250 a\r\n"))` {
		t.Errorf("the rules share memory with their arguments: %s", got)
	}
	if got := base.String(); got != "On(RCPT)" {
		t.Errorf("the rule that others were made from became %s", got)
	}
	if got := base.Once().FirstN(3).Reply(250).Reply(550, "x").String(); got != `On(RCPT).FirstN(3).Reply(550, "x")` {
		t.Errorf("the last call does not win: %s", got)
	}
}

func TestRuleName(t *testing.T) {
	r := On(record.BODY).Drop()
	if got := r.Name(); got != "On(BODY).Drop()" {
		t.Errorf("name without Named: %s", got)
	}
	named := r.Named("lost")
	if named.Name() != "lost" || named.String() != `On(BODY).Drop().Named("lost")` {
		t.Errorf("named: %s, %s", named.Name(), named)
	}
	if got := named.Named("").String(); got != "On(BODY).Drop()" {
		t.Errorf("the name taken away: %s", got)
	}
	var set RuleSet
	if got := set.Add(r).Stall().Name(); strings.Contains(got, "lost") || !strings.Contains(got, "Stall") {
		t.Errorf("a copy of a bound rule keeps its name: %s", got)
	}
}

func TestZeroRule(t *testing.T) {
	var r Rule
	if r.Hits() != 0 || r.String() != "Rule{}" || r.Name() != "Rule{}" {
		t.Errorf("%d hits, %s, %s", r.Hits(), r, r.Name())
	}
	if r = r.Reply(250); r.dropsData() || r.act.dropAfter != -1 {
		t.Error("a rule made from the zero one drops data")
	}
	if err := r.Validate(); err == nil || !strings.Contains(err.Error(), "unknown stage") {
		t.Errorf("a rule without a stage: %v", err)
	}
	var set RuleSet
	if got := set.Add(Rule{}); got.Hits() != 0 {
		t.Errorf("%d hits", got.Hits())
	}
	if set.Match(&Exchange{Stage: record.ANY}) != nil {
		t.Error("the zero rule matches")
	}
}

func TestExchangeSession(t *testing.T) {
	if got := (&Exchange{}).Session(); got != nil {
		t.Errorf("without a session: %v", got)
	}
	session := &record.Session{ID: 3}
	x := Exchange{snapshot: func() *record.Session { return session }}
	if got := x.Session(); got != session {
		t.Errorf("got %v", got)
	}
}
