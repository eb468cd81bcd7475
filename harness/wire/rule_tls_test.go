package wire

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestTLSRuleForms(t *testing.T) {
	for _, c := range []struct {
		rule             Rule
		goForm, jsonForm string
	}{
		{On(record.STARTTLS).Certificate("wrong-name").TLSVersions("1.0", "1.1").KeepPlaintext(),
			`On(STARTTLS).Certificate("wrong-name").TLSVersions("1.0", "1.1").KeepPlaintext()`,
			`{"on":"STARTTLS","certificate":"wrong-name","tls_versions":{"min":"1.0","max":"1.1"},"keep_plaintext":true}`},
		{On(record.CONNECT).TLSVersions("1.3", ""), `On(CONNECT).TLSVersions("1.3", "")`,
			`{"on":"CONNECT","tls_versions":{"min":"1.3","max":""}}`},
		{On(record.CONNECT).Handshake("plain").Delay(time.Second), `On(CONNECT).Delay(time.Second).Handshake("plain")`,
			`{"on":"CONNECT","delay":"1s","handshake":"plain"}`},
	} {
		b, err := c.rule.MarshalJSON()
		if err != nil || string(b) != c.jsonForm || c.rule.String() != c.goForm {
			t.Errorf("%s: %s, %v", c.rule, b, err)
		}
		if back, err := ParseRule([]byte(c.jsonForm)); err != nil || back.String() != c.goForm {
			t.Errorf("%s parses to %s, %v", c.jsonForm, back, err)
		}
	}
}

func TestParseTLSRule(t *testing.T) {
	r, err := ParseRule([]byte(`{"on":"STARTTLS","tls_versions":{"max":"1.1"}}`))
	if err != nil || r.String() != `On(STARTTLS).TLSVersions("", "1.1")` {
		t.Errorf("without min: %s, %v", r, err)
	}
	for _, c := range []struct{ text, want string }{
		{`{"on":"STARTTLS","tls_versions":"1.1"}`, `"tls_versions" is a string; write "tls_versions": {"min": "1.0", "max": "1.1"}`},
		{`{"on":"STARTTLS","tls_versions":{"max":1.1}}`, `"tls_versions" is an object; write`},
		{`{"on":"STARTTLS","tls_versions":{"maxi":"1.1"}}`, `line 1, column 34: unknown field "maxi"; did you mean "max"?`},
		{`{"on":"STARTTLS","tls_versions":{}}`, `TLSVersions limits nothing`},
		{`{"on":"STARTTLS","certificate":true}`, `"certificate" is true; write "certificate": "expired"`},
		{`{"on":"STARTTLS","cert":"expired"}`, `did you mean "certificate"?`},
	} {
		if _, err := ParseRule([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestTLSVersionsBounds(t *testing.T) {
	for _, c := range []struct {
		min, max         string
		wantMin, wantMax uint16
	}{
		{"1.0", "1.1", tls.VersionTLS10, tls.VersionTLS11},
		{"1.2", "1.3", tls.VersionTLS12, tls.VersionTLS13},
		{"", "1.1", tls.VersionTLS10, tls.VersionTLS11},
		{"1.3", "", tls.VersionTLS13, tls.VersionTLS13},
	} {
		act := On(record.STARTTLS).TLSVersions(c.min, c.max).act
		if act.tlsMin != c.wantMin || act.tlsMax != c.wantMax {
			t.Errorf("%q to %q: %x to %x", c.min, c.max, act.tlsMin, act.tlsMax)
		}
	}
}

func TestTLSRuleMatchesWhereThereIsAHandshake(t *testing.T) {
	for _, c := range []struct {
		stage record.Stage
		tls   bool
		want  bool
	}{
		{record.CONNECT, true, true},
		{record.CONNECT, false, false},
		{record.STARTTLS, false, true},
		{record.STARTTLS, true, false},
	} {
		var set RuleSet
		set.Add(On(c.stage).Handshake("drop"))
		if got := set.Match(&Exchange{Stage: c.stage, TLS: c.tls}) != nil; got != c.want {
			t.Errorf("%s, TLS %v: %v", c.stage, c.tls, got)
		}
	}
}

func TestTLSRuleValidate(t *testing.T) {
	start, connect := On(record.STARTTLS), On(record.CONNECT)
	for _, c := range []struct {
		rule Rule
		want string // part of the error; "" for none
	}{
		{start.Certificate("unknown CA"), `Certificate does not know "unknown CA"; did you mean "unknown-ca"?; it knows expired, not-yet-valid`},
		{start.Certificate(""), `Certificate does not know ""; it knows`},
		{start.Handshake("close"), `Handshake does not know "close"; did you mean "drop"?; it knows drop, garbage, hang, alert, plain`},
		{start.Handshake("stall"), `did you mean "hang"?`},
		{start.TLSVersions("", ""), `TLSVersions limits nothing; write a version`},
		{start.TLSVersions("1.1", "TLS 1.2"), `TLSVersions does not know "TLS 1.2"; it knows 1.0, 1.1, 1.2, 1.3, and "" for no limit`},
		{start.TLSVersions("1.3", "1.2"), `TLSVersions("1.3", "1.2") leaves no version; write the least one first`},
		{On(record.EHLO).Certificate("expired"), "there is no handshake at EHLO; use Certificate with On(STARTTLS), or with On(CONNECT)"},
		{On(record.ANY).KeepPlaintext(), "there is no handshake at ANY; use KeepPlaintext with"},
		{start.Handshake("hang").Certificate("expired"), "Certificate and Handshake contradict each other, because a spoilt handshake leaves no TLS"},
		{start.Handshake("hang").TLSVersions("1.3", ""), "TLSVersions and Handshake contradict"},
		{start.Handshake("hang").KeepPlaintext(), "Handshake and KeepPlaintext contradict"},
		{start.InsideTLS().Certificate("expired"), "the server refuses STARTTLS inside TLS, so Certificate changes nothing there"},
		{start.Certificate("expired").Drop(), "Drop leaves no handshake for Certificate"},
		{start.Handshake("alert").ThenDrop(), "ThenDrop leaves no handshake for Handshake"},
		{start.KeepPlaintext().LoseReply(), "LoseReply leaves no handshake for KeepPlaintext"},
		{start.Certificate("expired").Reply(454), "a reply that is not 2yz leaves no handshake for Certificate"},
		{start.Certificate("expired").ReplyRaw([]byte("no\r\n")), "a reply that is not 2yz leaves no handshake"},
		{connect.KeepPlaintext(), "nothing is said in clear before implicit TLS; use KeepPlaintext with On(STARTTLS)"},
		{connect.BeforeTLS().Certificate("expired"), "the handshake at CONNECT is that of implicit TLS; leave BeforeTLS out"},
		{connect.Handshake("drop").Reply(554), "Handshake leaves no greeting for Reply"},
		{connect.Handshake("drop").Trail([]byte("x")), "Handshake leaves no greeting for Trail"},

		{start.BeforeTLS().Certificate("self-signed").TLSVersions("1.2", "1.2").KeepPlaintext().Delay(1), ""},
		{start.Handshake("plain").Reply(220, "go on").Trail([]byte("x")).Split(2), ""},
		{start.Handshake("plain").ReplyRaw([]byte("220 go on\n")), ""},
		{start.Handshake("drop").Delay(1), ""},
		{connect.InsideTLS().Certificate("expired").Reply(554).ThenDrop(), ""},
		{connect.Handshake("drop").Delay(1), ""},
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
