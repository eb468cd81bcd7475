package record

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestJobAsJSONAndBack(t *testing.T) {
	for name, job := range map[string]Job{
		"zero":  {},
		"raw":   {Host: "127.0.0.1", Port: 25, Security: SecurityNone, From: "", Rcpts: []string{"a@b", "бат@example.mn", "x\r\ny\xff"}, Messages: []Draft{{Raw: []byte{}}, {Raw: []byte("\x00\xff")}}},
		"whole": {Host: "localhost", Port: 1, Security: SecurityTLS, CAFile: "/ca.pem", User: "бат", Pass: "a\x00b", Helo: "h", From: "f@e", Rcpts: []string{"r@e"}, Timeout: 2.5, LMTP: true, DSN: &DSN{"HDRS", "a+b=c d", []string{"SUCCESS"}}, RequireTLS: true, Mechanism: "PLAIN", Messages: []Draft{{FromHeader: "Бат <b@e>", To: "t", Cc: "c", Bcc: "b", Subject: "Сэдэв", Text: "т\r\n", HTML: "<p>", Attachments: []Attachment{{"тайлан.pdf", "application/pdf", []byte{1, 2}}}, Headers: [][2]string{{"X-A", "1"}}, Rcpts: []string{}}}},
	} {
		b, err := json.Marshal(job)
		if err != nil {
			t.Fatal(name, err)
		}
		var back Job
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(name, err)
		}
		if name == "whole" {
			job.Messages[0].Rcpts = nil // an empty list is left out
		}
		if !reflect.DeepEqual(job, back) {
			t.Errorf("%s: %s\n%+v\n%+v", name, b, job, back)
		}
	}
}

func TestACloneOfAJobSharesNothing(t *testing.T) {
	made := func() Job {
		return Job{Rcpts: []string{"a@b"}, DSN: &DSN{Notify: []string{"NEVER"}}, Messages: []Draft{{Raw: []byte("raw"), Rcpts: []string{"c@d"},
			Headers: [][2]string{{"X-A", "1"}}, Attachments: []Attachment{{Name: "a", Data: []byte("data")}}}}}
	}
	job := made()
	c := job.Clone()
	if !reflect.DeepEqual(c, job) {
		t.Errorf("the clone is %+v, not %+v", c, job)
	}
	m := &c.Messages[0]
	c.Rcpts[0], c.DSN.Notify[0], c.DSN.ID = "", "", "x"
	m.Raw[0], m.Rcpts[0], m.Headers[0][1], m.Attachments[0].Data[0], m.Attachments[0].Name = 0, "", "", 0, ""
	m.Subject = "x"
	if want := made(); !reflect.DeepEqual(job, want) {
		t.Errorf("a change of the clone made %+v, not %+v", job, want)
	}
}

func TestACloneOfAJobHasEmptyListsWhereTheJobHas(t *testing.T) {
	for _, job := range []Job{{}, {Rcpts: []string{}, Messages: []Draft{{Raw: []byte{}, Rcpts: []string{}}}}} {
		if c := job.Clone(); !reflect.DeepEqual(c, job) {
			t.Errorf("the clone is %#v, not %#v", c, job)
		}
	}
}
