package wire

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestRuleForms(t *testing.T) {
	for _, c := range []struct {
		rule     Rule
		goForm   string
		jsonForm string
	}{
		{On(record.RCPT).To("bad@*").FirstN(2).Reply(451, "4.7.1 later").Named("greylist").Required(),
			`On(RCPT).To("bad@*").FirstN(2).Reply(451, "4.7.1 later").Named("greylist").Required()`,
			`{"on":"RCPT","to":"bad@*","first":2,"reply":"451 4.7.1 later","name":"greylist","required":true}`},
		{On(record.MAIL).From("").Once().Reply(250),
			`On(MAIL).From("").Once().Reply(250)`, `{"on":"MAIL","from":"","first":1,"reply":"250"}`},
		{On(record.MAIL).Reply(250, ""), `On(MAIL).Reply(250, "")`, `{"on":"MAIL","reply":"250 "}`},
		{On(record.EHLO).Reply(250, "mx", "SIZE <1>"),
			`On(EHLO).Reply(250, "mx", "SIZE <1>")`, `{"on":"EHLO","reply":{"code":250,"lines":["mx","SIZE <1>"]}}`},
		{On(record.RCPT).Reply(550, "\xff"),
			`On(RCPT).Reply(550, "\xff")`, `{"on":"RCPT","reply":{"code":550,"lines":[{"base64":"/w=="}]}}`},
		{On(record.RCPT).To("бат@*").Arg("\xff").ReplyRaw([]byte("250 OK\r\n")),
			`On(RCPT).To("бат@*").Arg("\xff").ReplyRaw([]byte("250 OK\r\n"))`,
			`{"on":"RCPT","to":"бат@*","arg":{"base64":"/w=="},"reply_raw":"250 OK\r\n"}`},
		{On(record.AUTH).BeforeTLS().InSession(2).Occurrence(3).ReplyRaw([]byte{0x16, 0xff}),
			`On(AUTH).InSession(2).Occurrence(3).BeforeTLS().ReplyRaw([]byte("\x16\xff"))`,
			`{"on":"AUTH","in_session":2,"occurrence":3,"before_tls":true,"reply_raw":{"base64":"Fv8="}}`},
		{On(record.QUIT).InsideTLS().Chance(0.1, math.MaxUint64).Delay(1500*time.Millisecond).Drip(1, time.Second).ThenDrop(),
			`On(QUIT).InsideTLS().Chance(0.1, 18446744073709551615).Delay(1500*time.Millisecond).Drip(1, time.Second).ThenDrop()`,
			`{"on":"QUIT","inside_tls":true,"chance":{"p":0.1,"seed":18446744073709551615},"delay":"1.5s","drip":{"chunk":1,"every":"1s"},"then_drop":true}`},
		{On(record.EHLO).Withhold("STARTTLS", "SIZE").Advertise("SIZE 1000").Delay(0),
			`On(EHLO).Withhold("STARTTLS", "SIZE").Advertise("SIZE 1000").Delay(0)`,
			`{"on":"EHLO","withhold":["STARTTLS","SIZE"],"advertise":["SIZE 1000"],"delay":"0s"}`},
		{On(record.RCPT).Arg("*").Hello("client.*").InSession(1).InTransaction(2).Occurrence(3).Drop(),
			`On(RCPT).Arg("*").Hello("client.*").InSession(1).InTransaction(2).Occurrence(3).Drop()`,
			`{"on":"RCPT","arg":"*","hello":"client.*","in_session":1,"in_transaction":2,"occurrence":3,"drop":true}`},
		{On(record.MAIL).Reply(250, "ok").Split(3, 7).Early([]byte("a")).Trail([]byte{0xff}).ThenDrop().NoCloseNotify(),
			`On(MAIL).Reply(250, "ok").Split(3, 7).Early([]byte("a")).Trail([]byte("\xff")).ThenDrop().NoCloseNotify()`,
			`{"on":"MAIL","reply":"250 ok","split":[3,7],"early":"a","trail":{"base64":"/w=="},"then_drop":true,"no_close_notify":true}`},
		{On(record.MAIL).Hold().Trail([]byte("250 x\r\n")), `On(MAIL).Hold().Trail([]byte("250 x\r\n"))`, `{"on":"MAIL","hold":true,"trail":"250 x\r\n"}`},
		{On(record.EHLO).Flood(1 << 40).HalfClose(), `On(EHLO).Flood(1099511627776).HalfClose()`, `{"on":"EHLO","flood":1099511627776,"half_close":true}`},
		{On(record.BODY).StopReading(), `On(BODY).StopReading()`, `{"on":"BODY","stop_reading":true}`},
		{On(record.NOOP).Nth(2).Stall(), `On(NOOP).Nth(2).Stall()`, `{"on":"NOOP","nth":2,"stall":true}`},
		{On(record.RSET).Every(2).Drop(), `On(RSET).Every(2).Drop()`, `{"on":"RSET","every":2,"drop":true}`},
		{On(record.CONNECT).Reset(), `On(CONNECT).Reset()`, `{"on":"CONNECT","reset":true}`},
		{On(record.DATA).DropAfterBytes(1 << 40), `On(DATA).DropAfterBytes(1099511627776)`, `{"on":"DATA","drop_after_bytes":1099511627776}`},
		{On(record.BODY).LoseReply(), `On(BODY).LoseReply()`, `{"on":"BODY","lose_reply":true}`},
		{On(record.ANY).Delay(3 * time.Minute), `On(ANY).Delay(3*time.Minute)`, `{"on":"ANY","delay":"3m0s"}`},
		{On(record.STARTTLS).Delay(1), `On(STARTTLS).Delay(time.Nanosecond)`, `{"on":"STARTTLS","delay":"1ns"}`},
	} {
		if got := c.rule.String(); got != c.goForm {
			t.Errorf("Go form\n got %s\nwant %s", got, c.goForm)
		}
		b, err := c.rule.MarshalJSON()
		if err != nil || string(b) != c.jsonForm {
			t.Errorf("JSON form\n got %s, %v\nwant %s", b, err, c.jsonForm)
			continue
		}
		back, err := ParseRule(b)
		if err != nil || back.String() != c.goForm {
			t.Errorf("%s parses to %s, %v", b, back, err)
		}
	}
}

func TestRuleWithFuncs(t *testing.T) {
	r := On(record.ANY).When(func(*Exchange) bool { return true }).Do(func(*Exchange) *record.Reply { return nil })
	if got := r.String(); got != "On(ANY).When(func).Do(func)" {
		t.Errorf("got %s", got)
	}
	_, err := json.Marshal(r)
	if err == nil || !strings.Contains(err.Error(), "the func of When and Do has no JSON form") {
		t.Errorf("got %v", err)
	}
	if _, err := json.Marshal(On(record.ANY)); err == nil || !strings.Contains(err.Error(), "add an action") {
		t.Errorf("an invalid rule: %v", err)
	}
}

func TestUnmarshalRules(t *testing.T) {
	var rules []Rule
	text := `[{"on":"RCPT","drop":true}, {"on":"DATA","stall":true,"required":false}]`
	if err := json.Unmarshal([]byte(text), &rules); err != nil || len(rules) != 2 {
		t.Fatalf("%v, %v", rules, err)
	}
	b, err := json.Marshal(rules)
	if want := `[{"on":"RCPT","drop":true},{"on":"DATA","stall":true}]`; err != nil || string(b) != want {
		t.Errorf("got %s, %v", b, err)
	}
	kept := On(record.RCPT).Drop()
	if err := json.Unmarshal([]byte(`{"on":"RCPT"}`), &kept); err == nil || kept.String() != "On(RCPT).Drop()" {
		t.Errorf("a refused text leaves %s, %v", kept, err)
	}
}

func TestParseRuleAccepts(t *testing.T) {
	for text, want := range map[string]string{
		`{"reply":{"code":451,"lines":["4.7.1 later"]},"on":"RCPT"}`: `On(RCPT).Reply(451, "4.7.1 later")`,
		`{"on":"RCPT","reply":{"code":250,"lines":[]}}`:              `On(RCPT).Reply(250)`,
		`{"on":"RCPT","reply":{"code":250}}`:                         `On(RCPT).Reply(250)`,
		`{"on":"RCPT","to":{"base64":"YQ=="},"drop":true}`:           `On(RCPT).To("a").Drop()`,
		`{"on":"RCPT","\u0074o":"a","drop":true}`:                    `On(RCPT).To("a").Drop()`,
		`{"on":"RCPT","chance":{"p":1},"drip":{"chunk":2}}`:          `On(RCPT).Chance(1, 0).Drip(2, 0)`,
		" \n{ \"on\" :\t\"RCPT\" , \"drop\" : true } \n":             `On(RCPT).Drop()`,
	} {
		if r, err := ParseRule([]byte(text)); err != nil || r.String() != want {
			t.Errorf("%s: %s, %v", text, r, err)
		}
	}
}

func TestParseRules(t *testing.T) {
	for text, want := range map[string]int{`[]`: 0, `{"on":"RCPT","drop":true}`: 1,
		`[{"on":"RCPT","drop":true},{"on":"RCPT","stall":true}]`: 2} {
		if rules, err := ParseRules([]byte(text)); err != nil || len(rules) != want {
			t.Errorf("%s: %v, %v", text, rules, err)
		}
	}
}

func TestParseRuleRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, `line 1, column 1: there is no rule; write one, such as {"on"`},
		{` null`, `line 1, column 2: this is null; a rule is an object, such as`},
		{`"RCPT"`, `this is a string; a rule is an object`},
		{`[]`, `line 1, column 1: this is a list; one rule is an object`},
		{`{"on":"RCPT"`, `line 1, column 13: the text ends within the rule`},
		{"{\"on\":\"RCPT\",\n drop:true}", `line 2, column 2: this is not JSON: invalid character 'd'`},
		{`{"on":"RCPT","drop":true} {}`, `line 1, column 27: there is more after the rule`},
		{"{\"on\":\"RCPT\",\"to\":\"\xff\"}", `line 1, column 20: this octet is not UTF-8`},
		{`{"drop":true}`, `line 1, column 1: the rule does not say when it acts; add a stage, such as "on": "RCPT"`},
		{`{"stage":"RCPT"}`, `line 1, column 2: unknown field "stage"; did you mean "on"?`},
		{`{"on":"rcpt","drop":true}`, `line 1, column 7: unknown stage "rcpt"; did you mean "RCPT"?; the stages are CONNECT`},
		{`{"on":5}`, `line 1, column 7: "on" is the number 5; write the name of a stage`},
		{"{\"on\":\"RCPT\",\n\"tos\":\"x\"}", `line 2, column 1: unknown field "tos"; did you mean "to"?; the fields are on, to, from`},
		{`{"on":"RCPT","once":true}`, `unknown field "once"; did you mean "first"?`},
		{`{"on":"RCPT","zzzzzzzz":1}`, `unknown field "zzzzzzzz"; the fields are on,`},
		{`{"on":"RCPT","":1}`, `unknown field ""; the fields are`},
		{`{"on":"RCPT","to":"a","to":"b"}`, `line 1, column 23: field "to" is given twice; keep one`},
		{`{"to":"ж","first":"2","on":"RCPT"}`, `line 1, column 19: "first" is a string; write "first": 2`},
		{`{"on":"RCPT","first":1.5}`, `"first" is the number 1.5; write "first": 2`},
		{`{"on":"RCPT","ehlo":"a"}`, `did you mean "hello"?`},
		{`{"on":"RCPT","transaction":1}`, `did you mean "in_transaction"?`},
		{`{"on":"RCPT","hello":1}`, `"hello" is the number 1; write "hello": "client.example"`},
		{`{"on":"RCPT","split":3}`, `"split" is the number 3; write "split": [3, 7]`},
		{`{"on":"RCPT","split":[3,null]}`, `"split" is a list; write "split": [3, 7]`},
		{`{"on":"RCPT","split":[]}`, `Split cuts nowhere`},
		{`{"on":"RCPT","trail":[1]}`, `"trail" is a list; write "trail": "250 OK\r\n"`},
		{`{"on":"RCPT","early":{"base64":"?"}}`, `"?" is not base64`},
		{`{"on":"RCPT","flood":1.5}`, `"flood" is the number 1.5; write "flood": 2`},
		{`{"on":"RCPT","shutdown":true}`, `did you mean "half_close"?`},
		{`{"on":"RCPT","to":null}`, `"to" is null; write "to": "bad@*"`},
		{`{"on":"RCPT","drop":1}`, `"drop" is the number 1; write "drop": true`},
		{`{"on":"RCPT","reply":550}`, `"reply" is the number 550; write "reply": "550 5.1.1 No such user"`},
		{`{"on":"RCPT","reply":"no"}`, `a reply is a code of three digits, a blank and a text`},
		{`{"on":"RCPT","reply":"250-a"}`, `a reply is a code of three digits`},
		{`{"on":"RCPT","reply":{"lines":[]}}`, `line 1, column 22: a reply needs its code`},
		{`{"on":"RCPT","reply":{"code":250,"line":[]}}`, `line 1, column 34: unknown field "line"; did you mean "lines"?; the fields are code, lines`},
		{`{"on":"RCPT","reply":{"code":250,"lines":"a"}}`, `line 1, column 42: "lines" is a string; write a list of strings`},
		{`{"on":"RCPT","reply":"99  x"}`, `a code of three digits`},
		{`{"on":"RCPT","reply":"199 x"}`, `line 1, column 1: rule On(RCPT).Reply(199, "x"): the code 199 is outside`},
		{`{"on":"RCPT","reply_raw":{"base64":"?"}}`, `line 1, column 36: "?" is not base64`},
		{`{"on":"RCPT","reply_raw":{}}`, `octets are written {"base64": "/w=="}`},
		{`{"on":"RCPT","delay":2}`, `"delay" is the number 2; write "delay": "1.5s"`},
		{`{"on":"RCPT","delay":"2"}`, `"2" is no duration; write a number with its unit`},
		{`{"on":"RCPT","drip":{"every":"1s"}}`, `write "drip": {"chunk": 1, "every": "100ms"}`},
		{`{"on":"RCPT","chance":0.5}`, `"chance" is the number 0.5; write "chance": {"p": 0.1, "seed": 1}`},
		{`{"on":"RCPT","chance":{"p":1,"seed":-1}}`, `line 1, column 37: "seed" is the number -1; write a whole number from 0`},
		{`{"on":"EHLO","withhold":"SIZE"}`, `"withhold" is a string; write "withhold": ["STARTTLS"]`},
		{`{"on":"EHLO","withhold":[1]}`, `write "withhold": ["STARTTLS"]`},
		{`{"on":"RCPT","stall":true,"drop":true}`, `line 1, column 1: rule On(RCPT).Stall().Drop(): Stall and Drop contradict each other`},
	} {
		if _, err := ParseRule([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestParseRulesSaysWhichRule(t *testing.T) {
	text := "[\n  {\"on\":\"RCPT\",\"drop\":true},\n  {\"on\":\"RCPT\",\"tos\":\"x\"}\n]"
	_, err := ParseRules([]byte(text))
	if want := `line 3, column 16: rule 2 of the list: unknown field "tos"; did you mean "to"?`; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if _, err := ParseRules([]byte(`[{"on":"RCPT","drop":true},[]]`)); err == nil || !strings.Contains(err.Error(), "rule 2 of the list: this is a list") {
		t.Errorf("got %v", err)
	}
}

func FuzzRule(f *testing.F) {
	f.Add([]byte(`{"on":"RCPT","to":"bad@*","first":2,"reply":{"code":451,"lines":["a","b"]},"name":"x","required":true}`))
	f.Add([]byte(`{"on":"EHLO","withhold":["SIZE"],"advertise":["SIZE 1"],"delay":"1.5s","drip":{"chunk":1,"every":"1ms"}}`))
	f.Add([]byte(`{"on":"BODY","from":"","chance":{"p":0.1,"seed":9},"reply_raw":{"base64":"/w=="},"then_drop":true}`))
	f.Add([]byte(`{"on":"MAIL","hello":"client.*","in_transaction":2,"arg":"*","reset":true}`))
	f.Add([]byte(`{"on":"MAIL","split":[3,7],"early":"a","trail":{"base64":"/w=="},"then_drop":true,"no_close_notify":true}`))
	f.Add([]byte(`[{"on":"MAIL","hold":true},{"on":"EHLO","flood":9,"half_close":true},{"on":"BODY","stop_reading":true}]`))
	f.Add([]byte(`[{"on":"STARTTLS","certificate":"expired","tls_versions":{"min":"","max":"1.1"},"keep_plaintext":true},{"on":"CONNECT","handshake":"plain"}]`))
	f.Add([]byte(`[{"on":"DATA","drop_after_bytes":10},{"on":"ANY","every":2,"occurrence":1,"lose_reply":true}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := ParseRules(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		for _, r := range rules {
			checkRoundTrip(t, r)
		}
	})
}

func checkRoundTrip(t *testing.T, r Rule) {
	t.Helper()
	first, err := r.MarshalJSON()
	if err != nil {
		t.Fatalf("%s parsed but has no JSON form: %v", r, err)
	}
	back, err := ParseRule(first)
	if err != nil {
		t.Fatalf("%s: %v", first, err)
	}
	second, err := back.MarshalJSON()
	if err != nil || string(first) != string(second) || r.String() != back.String() {
		t.Errorf("%s\nbecame %s, %v", first, second, err)
	}
	var compact Rule
	if escaped, err := json.Marshal(r); err != nil || json.Unmarshal(escaped, &compact) != nil || compact.String() != r.String() {
		t.Errorf("json.Marshal of %s: %s, %v", r, escaped, err)
	}
}
