package web

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

func rcpt(address string, code int) api.Recipient {
	return api.Recipient{Address: address, Accepted: code/100 == 2, Reply: api.Reply{Code: code}}
}

func read(v api.Message, raw string) *reading {
	r := &record.Message{}
	r.SetRaw([]byte(raw))
	return &reading{Opened: &api.Opened{View: v, Record: r}, Chosen: map[string]string{}}
}

// lines are the recipients as text: "to a@b got, c@d refused".
func lines(m *reading) string {
	var out []string
	for _, line := range m.Recipients() {
		var all []string
		for _, p := range line.List {
			all = append(all, p.Address+" "+p.Fate)
		}
		out = append(out, line.Kind+" "+strings.Join(all, ", "))
	}
	return strings.Join(out, "; ")
}

func TestTheEnvelopeIsHeldAgainstTheHeader(t *testing.T) {
	m := read(api.Message{
		From: []api.Address{{Address: "a@x"}}, To: []api.Address{{Address: "b@X"}, {Address: "B@x"}}, Cc: []api.Address{{Address: `"c"@x`}},
		Envelope: api.Envelope{From: "a@X", Recipients: []api.Recipient{rcpt("b@x", 450), rcpt("b@x", 250), rcpt("c@x", 550), rcpt("d@x", 250), rcpt("e@x", 550), rcpt("d@x", 250)}},
	}, "")
	if got, want := lines(m), "to b@X got, B@x absent; cc \"c\"@x refused; blind d@x got; refused e@x refused"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if m.SenderDiffers() || m.Got() != 3 || m.Refused() != 3 {
		t.Errorf("%v %d %d", m.SenderDiffers(), m.Got(), m.Refused())
	}
	m.View.Envelope.From = ""
	if !m.SenderDiffers() {
		t.Error("the null sender is nobody of the header")
	}
}

func TestManyRecipientsAreFolded(t *testing.T) {
	var v api.Message
	for i := range 10_000 {
		v.To = append(v.To, api.Address{Address: fmt.Sprintf("a%d@x", i)})
	}
	m := read(v, "")
	if line := m.Recipients()[0]; len(line.List) != folded || line.More != 10_000-folded {
		t.Errorf("%d and %d", len(line.List), line.More)
	}
	m.Chosen["all"] = "yes"
	if line := m.Recipients()[0]; len(line.List) != 10_000 || line.More != 0 {
		t.Errorf("%d and %d", len(line.List), line.More)
	}
}

func TestTheSourceShowsWhatABrowserWouldNot(t *testing.T) {
	s := read(api.Message{}, "A: \x1b\u202e\xff\tб\r\nB: b\n\r\n\x00\rx").Source()
	var got []string
	for _, l := range s.Stretches[0].Lines {
		got = append(got, fmt.Sprintf("%v %s", l.Header, l.Text))
	}
	if want := "true A: \\x1b\\u202e\\xff\tб|true B: b\\n|false |false \\x00\\rx"; strings.Join(got, "|") != want {
		t.Errorf("%q\nwant\n%q", strings.Join(got, "|"), want)
	}
}

func TestALongSourceIsCut(t *testing.T) {
	for raw, lines := range map[string]int{strings.Repeat("\n", maxSource): maxSourceLines, strings.Repeat("x", maxSource+1): 1} {
		s := read(api.Message{}, raw).Source()
		n := 0
		for _, stretch := range s.Stretches {
			n += len(stretch.Lines)
		}
		if !s.Cut || n != lines {
			t.Errorf("cut %v, %d lines", s.Cut, n)
		}
	}
}
