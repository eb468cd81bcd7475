package wire

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// oddText is made of what the forms have to take care of.
func oddText(rnd *rand.Rand) string {
	pieces := []string{"", "a", "бат", `"`, `\\`, `\*`, "*", "?", "@", "\xff", "\r\n", "\x00", "\u2028", "<&>", "😀", " "}
	text := ""
	for range rnd.IntN(4) {
		text += pieces[rnd.IntN(len(pieces))]
	}
	return text
}

// oddRule calls a few methods with arguments of which most are good.
func oddRule(rnd *rand.Rand) Rule {
	stages := record.Stages()
	r := On(stages[rnd.IntN(len(stages))])
	number := func() int { return rnd.IntN(5) - rnd.IntN(2) }
	span := func() time.Duration { return time.Duration(rnd.Int64N(1 << rnd.IntN(63))) }
	calls := []func(){
		func() { r = r.To(oddText(rnd)) },
		func() { r = r.From(oddText(rnd)) },
		func() { r = r.Arg(oddText(rnd)) },
		func() { r = r.Hello(oddText(rnd)) },
		func() { r = r.InSession(number()) },
		func() { r = r.InTransaction(number()) },
		func() { r = r.Occurrence(number()) },
		func() { r = r.BeforeTLS() },
		func() { r = r.InsideTLS() },
		func() { r = r.FirstN(number()) },
		func() { r = r.Nth(number()) },
		func() { r = r.Every(number()) },
		func() { r = r.Chance(rnd.Float64(), rnd.Uint64()) },
		func() { r = r.Reply(200+rnd.IntN(400), oddText(rnd), oddText(rnd)) },
		func() { r = r.Reply(200+rnd.IntN(400), oddText(rnd)) },
		func() { r = r.ReplyRaw([]byte(oddText(rnd))) },
		func() { r = r.Withhold("SIZE", oddText(rnd)) },
		func() { r = r.Advertise(oddText(rnd)) },
		func() { r = r.Delay(span()) },
		func() { r = r.Drip(number(), span()) },
		func() { r = r.Stall() },
		func() { r = r.Split(1+number(), 3+number()) },
		func() { r = r.Hold() },
		func() { r = r.Early([]byte(oddText(rnd))) },
		func() { r = r.Trail([]byte(oddText(rnd))) },
		func() { r = r.Flood(rnd.Int64()) },
		func() { r = r.StopReading() },
		func() { r = r.HalfClose() },
		func() { r = r.ThenDrop().NoCloseNotify() },
		func() { r = On(record.STARTTLS).Certificate("expired") },
		func() { r = On(record.CONNECT).TLSVersions("1.2", "1.3") },
		func() { r = r.TLSVersions("", "1.1") },
		func() { r = r.Handshake(handshakeKinds[rnd.IntN(5)]) },
		func() { r = r.KeepPlaintext() },
		func() { r = r.Drop() },
		func() { r = r.Reset() },
		func() { r = r.ThenDrop() },
		func() { r = r.DropAfterBytes(rnd.Int64()) },
		func() { r = r.LoseReply() },
		func() { r = r.Named(oddText(rnd)) },
		func() { r = r.Required() },
	}
	for range 1 + rnd.IntN(5) {
		calls[rnd.IntN(len(calls))]()
	}
	return r
}

func TestRandomRulesRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for range 5_000 {
		r := oddRule(rnd)
		if r.Validate() != nil {
			if b, err := r.MarshalJSON(); err == nil {
				t.Errorf("%s is not valid but has the JSON form %s", r, b)
			}
			continue
		}
		valid++
		checkRoundTrip(t, r)
		b, _ := r.MarshalJSON()
		if back, err := ParseRule(b); err != nil || back.String() != r.String() {
			t.Errorf("%s came back as %s: %v", r, back, err)
		}
	}
	if valid < 1000 {
		t.Errorf("only %d rules of 5000 are valid", valid)
	}
}
