package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// judged is the verdict on a client that sent these octets for the message of
// a scenario, and was told 250.
func judged(t *testing.T, id, sent string) conform.Verdict {
	t.Helper()
	s, ok := ByID(id)
	if !ok {
		t.Fatalf("no scenario %s", id)
	}
	job := record.Job{From: "sender@example.org", Rcpts: []string{"recipient@example.net"}}
	s.Scripts[0].Ask(conform.Env{Profile: &conform.Profile{}}, &job)
	ok250 := record.NewReply(250, "ok")
	m := &record.Message{Reply: ok250, Envelope: record.Envelope{From: job.From, Recipients: []record.Recipient{{Address: job.Rcpts[0], Reply: ok250}}}}
	m.SetSent(strings.Count("\r\n"+sent, "\r\n."), []byte(sent))
	session := &record.Session{ID: 1, Messages: []*record.Message{m}, Commands: []record.Command{{Verb: "MAIL", Arg: "FROM:<sender@example.org>"}, {Verb: "BODY", Size: m.Size()}}}
	return s.Judge(caseOf(id, &conform.Trial{Job: job, Outcome: conform.Outcome{Class: conform.OK}, Sessions: []*record.Session{session}}))
}

const head = "Subject: x\r\n\r\n"

func TestContentAsItArrived(t *testing.T) {
	for _, c := range []struct {
		id, sent string
		want     conform.Word
	}{
		{"data-smuggle-lf.lf", head + "A\n.\nMAIL FROM:<evil@x>\r\n", conform.Fail},
		{"data-smuggle-lf.lf", head + "A\n..\nMAIL FROM:<evil@x>\r\n", conform.Pass},
		{"data-smuggle-lf.lf", head + "A\r\n..\r\nMAIL FROM:<evil@x>\r\n", conform.Pass},
		{"data-smuggle-crlf.cr", head + "A\r\n.\rMAIL FROM:<evil@x>\r\n", conform.Fail},
		{"data-smuggle-crlf.cr", head + "A\r\n..\rMAIL FROM:<evil@x>\r\n", conform.Pass},
		{"data-long-line", head + longLine + "\r\nthe last line\r\n", conform.Warn},
		{"data-long-line", head + longLine[:998] + "\r\nthe last line\r\n", conform.Fail},
		{"data-long-line", head + longLine[:998] + "\r\n " + longLine[998:] + "\r\nthe last line\r\n", conform.Warn},
		{"data-long-line", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n" + head + strings.ReplaceAll(longLine, "0123456789", "0123456789=\r\n") + "\r\nthe last line\r\n", conform.Pass},
		{"data-nul", head + "before\x00behind\r\nthe last line\r\n", conform.Warn},
		{"data-nul", head + "beforebehind\r\nthe last line\r\n", conform.Warn},
		{"data-nul", head + "before\r\n", conform.Fail},
		{"data-nul", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n" + head + "before=00behind\r\nthe last line\r\n", conform.Pass},
		{"data-dotfirst", "Received: from me\r\n..Dot: yes\r\nSubject: x\r\n\r\nthe body\r\n", conform.Pass},
		{"data-dotfirst", "..Dot: yes\r\nSubject: x\r\n\r\nthe body\r\n", conform.Pass},
		{"data-dotfirst", ".Dot: yes\r\nSubject: x\r\n\r\nthe body\r\n", conform.Fail},
		{"data-no-final-newline", head + "one line\r\nand one without an end\r\n", conform.Pass},
		{"data-no-final-newline", head + "one line\r\nand one without an end\r\n\r\n", conform.Fail},
		{"data-dot-last-no-newline", head + "body\r\n..\r\n", conform.Pass},
		{"data-dot-last-no-newline", head + "body\r\n", conform.Fail},
		{"data-empty-body", head, conform.Pass},
		{"data-empty-body", "Subject: x\r\n", conform.Pass},
		{"data-empty-message", "", conform.Pass},
		{"data-empty-message", "\r\n", conform.Warn},
	} {
		if v := judged(t, c.id, c.sent); v.Word != c.want {
			t.Errorf("%s: %s for %.60q: %s", c.id, v.Word, c.sent, v.Text)
		}
	}
}

// A composer that encodes is judged by what it encoded.
func TestComposedDots(t *testing.T) {
	for sent, want := range map[string]conform.Word{
		head + "..\r\n...\r\n..hidden\r\n....\r\nlast\r\n": conform.Pass,
		head + ".\r\nlast\r\n":                             conform.Fail,
		"MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n" + head + "=2E\r\n=2E=2E\r\n=2Ehidden\r\n=2E..\r\nlast\r\n": conform.Pass,
		"MIME-Version: 1.0\r\nContent-Type: text/html\r\n" + head + "<p>.</p>\r\n":                                                        conform.Inconclusive,
	} {
		if v := judged(t, "data-dots-compose", sent); v.Word != want {
			t.Errorf("%s for %.60q: %s", v.Word, sent, v.Text)
		}
	}
}
