package report_test

import (
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// hostile is text as a peer might choose it: control octets, what ends an
// element, a section of character data, a cell or a piece of code, octets that
// are no UTF-8, and characters that show nothing or turn text around.
const hostile = "\x1b[31m\x00\x07\x7f</script><img src=x onerror=alert(1)>]]>--><!-- \" ' & {{.}} {0} | ` ``` [a](http://evil.example) https://evil.example @all #1 <b> \\ \xff\xfe\u009b\u2028\u202e\ufeff\ufffe\U000e0041\r\n##[error]\t::set x"

var (
	testGroup = &conform.Group{Name: "size", Title: "SIZE | and <more>", Effect: "Mail that is `too large` comes back late.", Fix: "Read the number behind SIZE."}
	sizeZero  = &conform.Script{ID: "size-zero", Text: "250-SIZE 0, which is no limit"}
	sizeTLS   = &conform.Script{ID: "size-tls", Text: "SIZE differs inside TLS"}
)

// The first scenario is one of the catalogue, so that a sentence binds it. The
// others are not: their pages do not change when the catalogue does.
var testScenarios = []*conform.Scenario{
	testScenario("size-zero", rfc.DERIVED, sizeZero, "1870 §3"),
	testScenario("x-warn", rfc.SHOULD, sizeTLS, "3207 §4.2; 8996"),
	testScenario("x-pass", rfc.MUST, sizeZero, "5321 §C"),
	testScenario("x-info", rfc.MAY, sizeZero, ""),
	testScenario("x-not", rfc.MUST, sizeTLS, "5321 §4.2"),
	testScenario("x-flaky", rfc.MUST, sizeTLS, "5321 §4.2"),
	testScenario("x-error", rfc.MUST, sizeTLS, "5321 §4.2"),
	testScenario("x-expected", rfc.MUST, sizeZero, "5321 §4.2"),
	testScenario("x-surprise", rfc.MUST, sizeZero, "5321 §4.2"),
}

func testScenario(id string, level rfc.Level, script *conform.Script, cites string) *conform.Scenario {
	return &conform.Scenario{ID: id, Group: testGroup, Tier: 1, Title: "Title of <" + id + "> | `code`", Level: level, Cites: rfc.Cites(cites),
		Expect: "passes: delivered; fails: \"<CRLF>\" is missing", Scripts: []*conform.Script{script}}
}

// testReport is a report in which a peer's text stands wherever it can.
func testReport(client, text string) *conform.Report {
	started := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	result := func(id, script string, word conform.Word, marks ...conform.Mark) conform.Result {
		return conform.Result{Scenario: id, Scripts: []string{script}, End: conform.EndQuit221, Truth: conform.FalseSuccess,
			Verdict: conform.Verdict{Word: word, Text: "it said " + text, Marks: marks}}
	}
	r := &conform.Report{Client: client, Version: "1.0" + text, Tool: "v1.2.3", Started: started, Took: 41 * time.Second, Unit: 2 * time.Second, Late: 3 * time.Millisecond,
		Profile: &conform.Profile{Works: true, Mode: "raw", Startup: 12 * time.Millisecond, Extensions: []string{"SIZE" + text}, Mechanisms: []string{"PLAIN" + text},
			Adds: []string{"X-Mailer" + text}, Claims: []string{"claims starttls: " + text},
			Abilities: map[conform.Need]conform.Ability{conform.NeedAuth: {Has: true}, conform.NeedLMTP: {Text: "it says " + text}}},
		Results: []conform.Result{
			result("size-zero", "size-zero", conform.Fail, conform.Mark{Script: "size-zero", Session: 1, Command: 2, Octets: "SIZE=12" + text}, conform.Mark{Script: "size-zero", Session: 1, Octets: text}),
			result("x-warn", "size-tls", conform.Warn, conform.Mark{Script: "size-tls", Session: 1, Command: 1, Octets: "client"}),
			result("x-pass", "size-zero", conform.Pass),
			result("x-info", "size-zero", conform.Info),
			result("x-not", "size-tls", conform.NotApplicable),
			result("x-flaky", "size-tls", conform.Inconclusive),
			result("x-error", "size-tls", conform.Error),
			result("x-expected", "size-zero", conform.Fail),
			result("x-surprise", "size-zero", conform.Pass),
		},
		Trials: map[string][]*conform.Trial{
			"size-zero":   {testTrial("size-zero", text, started)},
			"size-tls":    {testTrial("size-tls", text, started), testTrial("size-tls", text, started)},
			"probe-plain": {testTrial("probe-plain", text, started)},
		}}
	r.Results[7].Expected = "by decision of its author" + text
	r.Results[8].Expected, r.Results[8].Surprise = "was broken"+text, true
	return r
}

func testTrial(script, text string, started time.Time) *conform.Trial {
	ms := time.Millisecond
	command := func(at time.Duration, line string, reply record.Reply) record.Command {
		c := record.NewCommand(line)
		reply.At = at
		c.At, c.Reply = at, reply
		return c
	}
	session := &record.Session{ID: 1, Remote: "127.0.0.1:34540" + text, Started: started, Lasted: 9 * ms, Greeting: record.Reply{Code: 220, Lines: []string{"mx.test " + text}},
		Commands: []record.Command{
			command(1*ms, "EHLO client"+text, record.Reply{Code: 250, Lines: []string{"mx.test", "SIZE 0", text}}),
			command(2*ms, "MAIL FROM:<a@example.org> SIZE=12"+text, record.Reply{Code: 250, Lines: []string{"2.1.0 Ok"}, Rule: "On(MAIL)" + text}),
			{Verb: "AUTH", Arg: "PLAIN ****", Line: "AUTH PLAIN ****", Ending: "\r\n", Masked: true, At: 3 * ms, Reply: record.Reply{Code: 235, Lines: []string{"2.7.0 Ok"}, At: 3 * ms}},
			{Verb: "RCPT", Arg: "TO:<b>", Line: "RCPT TO:<b>", Ending: "\n", At: 4 * ms, Pipelined: true, Reply: record.Reply{Raw: "250\x00" + text, At: 4 * ms}},
			{Verb: "BODY", Size: 218, At: 5 * ms, More: []record.Reply{{Code: 250, Lines: []string{text}}}, Reply: record.Reply{Rule: "Silence()" + text, At: 6 * ms}},
		},
		Farewell:   record.Reply{Code: 421, Lines: []string{text}, At: 8 * ms},
		TLS:        &record.TLS{At: 1500 * time.Microsecond, Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: "mx" + text, ClientCert: "CN=" + text},
		Messages:   nil,
		Anomalies:  []record.Anomaly{{Kind: "bare-lf", Command: 4, Octets: "RCPT" + text, Text: "a bare LF " + text, RFC: "RFC 5321 §2.3.8"}},
		Violations: []record.Violation{{Session: 1, Text: text}},
		End:        record.EndClientClosed, EndDetail: text}
	return &conform.Trial{Script: script, Unit: 2 * time.Second, Guard: 8 * time.Second, Started: started, Sessions: []*record.Session{session},
		Job:     record.Job{Security: record.SecurityStartTLS, User: "bat", Pass: "correct-horse-7Q", From: "a@example.org", Rcpts: []string{"b@example.net"}, Messages: []record.Draft{{Raw: []byte("Subject: x\r\n\r\n")}}},
		Outcome: conform.Outcome{Class: conform.OK, Code: 250, Enhanced: text, Stage: text, Text: text, Signal: text, Evidence: "goroutine 1\n\t" + text, Took: 10 * ms}}
}
