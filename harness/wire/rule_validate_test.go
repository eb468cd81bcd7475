package wire

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestRuleValidate(t *testing.T) {
	rcpt, ehlo := On(record.RCPT), On(record.EHLO)
	for _, c := range []struct {
		rule Rule
		want string // part of the error; "" for none
	}{
		{Rule{}, "the zero Rule does nothing; begin with a stage"},
		{On("RCTP").Drop(), `unknown stage "RCTP"; did you mean "RCPT"?; the stages are CONNECT, EHLO`},
		{rcpt, `rule On(RCPT): it says when but not what; add an action, such as Reply(550`},
		{rcpt.Reply(199), "the code 199 is outside 200 to 599; write one such as 451"},
		{rcpt.Reply(600), "the code 600 is outside"},
		{rcpt.Reply(250, "a\r\nb"), `Reply has CR, LF or NUL in the line "a\r\nb"; give each line as an argument of its own`},
		{rcpt.Reply(250, "a\x00"), "CR, LF or NUL"},
		{rcpt.ReplyRaw(nil), "ReplyRaw has no octets; write LoseReply"},
		{rcpt.Stall().Drop(), "Stall and Drop contradict each other, because an exchange has one answer"},
		{rcpt.Reply(250).ReplyRaw([]byte("x")), "Reply and ReplyRaw contradict"},
		{rcpt.Reply(250).Do(func(*Exchange) *record.Reply { return nil }), "Reply and Do contradict"},
		{rcpt.Drop().ThenDrop(), "Drop leaves nothing for ThenDrop to act on; leave one of them out"},
		{rcpt.Stall().Delay(time.Second), "Stall leaves nothing for Delay"},
		{rcpt.LoseReply().Drip(1, 0), "LoseReply leaves nothing for Drip"},
		{rcpt.Reply(250).LoseReply(), "Reply and LoseReply contradict"},
		{ehlo.Withhold("SIZE").Reply(250), "Reply and Withhold contradict"},
		{On(record.BODY).DropAfterBytes(9).Reset(), "Reset and DropAfterBytes contradict"},
		{rcpt.FirstN(2).Nth(3).Drop(), "FirstN and Nth contradict each other; keep one counter"},
		{rcpt.Every(2).Chance(0.5, 1).Drop(), "Every and Chance contradict"},
		{rcpt.BeforeTLS().InsideTLS().Drop(), "BeforeTLS and InsideTLS contradict"},
		{rcpt.FirstN(0).Drop(), "FirstN(0) never comes; count from 1"},
		{rcpt.Nth(-1).Drop(), "Nth(-1) never comes"},
		{rcpt.InSession(0).Drop(), "InSession(0) never comes"},
		{rcpt.Occurrence(0).Drop(), "Occurrence(0) never comes"},
		{rcpt.InTransaction(0).Drop(), "InTransaction(0) never comes; count from 1"},
		{On(record.CONNECT).InTransaction(1).Hello("*").Drop(), "said nothing yet at CONNECT; use Hello and InTransaction with a later stage"},
		{rcpt.Hello(`a\`).Drop(), `the pattern of Hello ends with a \`},
		{rcpt.Every(0).Drop(), "Every(0) never comes"},
		{rcpt.Chance(1.5, 1).Drop(), "the probability 1.5 is outside 0 to 1; write 0.1"},
		{rcpt.Chance(math.NaN(), 1).Drop(), "the probability NaN"},
		{rcpt.Delay(-time.Second), "Delay(-1*time.Second) is negative; write how long"},
		{rcpt.Drip(1, -1), "Drip pauses for -1ns, which is negative"},
		{rcpt.Drip(0, 0), "Drip sends 0 octets at a time; write 1 or more"},
		{rcpt.When(nil).Drop(), "When(nil) asks nobody"},
		{rcpt.Do(nil), "Do(nil) does nothing"},
		{rcpt.Withhold("SIZE"), "Withhold changes the reply to EHLO; write On(EHLO)"},
		{rcpt.Advertise("SIZE"), "Advertise changes the reply to EHLO"},
		{ehlo.Withhold(), `Withhold names nothing; write a keyword, such as Withhold("STARTTLS")`},
		{ehlo.Withhold("SIZE 1"), `Withhold takes keywords alone and has "SIZE 1"`},
		{ehlo.Advertise(), "Advertise names nothing"},
		{ehlo.Advertise(""), "Advertise has an empty line"},
		{ehlo.Advertise("A\r\nB"), "Advertise has CR, LF or NUL"},
		{On(record.MAIL).To("*").Drop(), "there is no recipient at MAIL; use To with On(RCPT)"},
		{On(record.EHLO).From("*").Drop(), "there is no reverse-path at EHLO; use From with On(MAIL)"},
		{On(record.BODY).Arg("*").Drop(), "there is no command at BODY, so no argument"},
		{rcpt.DropAfterBytes(1), "there is no message data at RCPT; use DropAfterBytes with On(BODY)"},
		{On(record.BODY).DropAfterBytes(-5), "DropAfterBytes(-5) is negative; write 0 or more"},
		{rcpt.To(`a\`).Drop(), `the pattern of To ends with a \ that escapes nothing; write \\`},
		{rcpt.To(strings.Repeat("a", 1025)).Drop(), "the pattern of To has 1025 octets; write at most 1024"},

		{rcpt.Split(), "Split cuts nowhere; write an offset or more, such as Split(3, 7)"},
		{rcpt.Split(0, 3), "the offsets of Split(0, 3) do not grow from 1"},
		{rcpt.Split(3, 3), "the offsets of Split(3, 3) do not grow"},
		{rcpt.Early(nil), "Early has no octets"},
		{rcpt.Trail(nil), "Trail has no octets; give it some or leave it out"},
		{rcpt.Flood(0), "Flood(0) sends nothing; write how many octets"},
		{rcpt.NoCloseNotify(), "NoCloseNotify says how a connection closes; add ThenDrop, or Drop"},
		{rcpt.HalfClose().NoCloseNotify(), "NoCloseNotify says how"},
		{rcpt.BeforeTLS().Drop().NoCloseNotify(), "there is no close_notify in clear text"},
		{On(record.QUIT).Hold(), "behind QUIT comes no command whose answer could be waited for; write Stall"},
		{On(record.STARTTLS).Hold(), "behind STARTTLS comes no command"},
		{rcpt.Split(1).Drip(1, 0), "Drip and Split contradict each other, because both say into which pieces"},
		{rcpt.Hold().Delay(1), "Delay and Hold contradict each other, because both say when"},
		{rcpt.Hold().Split(1), "Split and Hold contradict"},
		{rcpt.Hold().Flood(1), "Hold and Flood contradict each other, because nobody would read"},
		{rcpt.Hold().HalfClose(), "Hold and HalfClose contradict each other, because behind a held answer"},
		{rcpt.Flood(1).Drip(1, 0), "Drip and Flood contradict"},
		{rcpt.Flood(1).ReplyRaw([]byte("x")), "ReplyRaw and Flood contradict each other, because there is no last line"},
		{rcpt.ThenDrop().HalfClose(), "ThenDrop and HalfClose contradict each other, because one keeps"},
		{rcpt.StopReading().Stall(), "Stall and StopReading contradict each other, because an exchange has one answer"},
		{rcpt.StopReading().Delay(1), "StopReading leaves nothing for Delay"},
		{rcpt.Drop().Trail([]byte("x")), "Drop leaves nothing for Trail"},
		{rcpt.LoseReply().Early([]byte("x")), "LoseReply leaves nothing for Early"},
		{rcpt.LoseReply().Hold(), "LoseReply leaves nothing for Hold"},
		{rcpt.Stall().Split(1), "Stall leaves nothing for Split"},
		{rcpt.Reset().Flood(1), "Reset leaves nothing for Flood"},
		{rcpt.Drop().HalfClose(), "Drop leaves nothing for HalfClose"},
		{On(record.BODY).DropAfterBytes(1).HalfClose(), "DropAfterBytes leaves nothing for HalfClose"},

		{rcpt.Reply(99).Reply(550), ""},
		{rcpt.Delay(1).Split(1, 9).Early([]byte("x")).Trail([]byte("x")).HalfClose(), ""},
		{rcpt.Reply(250).Flood(1).Delay(1).Early([]byte("x")).Trail([]byte("x")).ThenDrop(), ""},
		{rcpt.LoseReply().HalfClose(), ""},
		{rcpt.Hold().Reply(550).Trail([]byte("x")), ""},
		{On(record.CONNECT).Hold(), ""},
		{rcpt.Drop().Delay(1).NoCloseNotify(), ""},
		{rcpt.Delay(-1).Delay(0), ""},
		{rcpt.Delay(time.Second).Drip(2, 0).Reply(250).ThenDrop(), ""},
		{rcpt.Delay(time.Second).Drop(), ""},
		{rcpt.Do(func(*Exchange) *record.Reply { return nil }).ThenDrop(), ""},
		{On(record.BODY).LoseReply().ThenDrop(), ""},
		{ehlo.Withhold("SIZE").Advertise("SIZE 1").Delay(1), ""},
		{On(record.ANY).To("*").From("").Once().Occurrence(2).Drop(), ""},
		{On(record.ANY).DropAfterBytes(0), ""},
		{On(record.EHLO).Hello("*").InTransaction(1).Drop(), ""},
		{rcpt.ReplyRaw([]byte{0, 0xff}), ""},
	} {
		err := c.rule.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.rule, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s:\n got %v\nwant %s", c.rule, err, c.want)
		}
	}
}

func TestRuleValidateNamesEveryProblem(t *testing.T) {
	err := On(record.MAIL).To("*").Reply(99).Stall().Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three lines, got\n%v", err)
	}
}
