package lint_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// hostile messages are short pieces, repeated. What takes time that grows faster
// than its length takes minutes here.
func TestHostileMessagesTakeLinearTime(t *testing.T) {
	const size = 1 << 20
	for _, piece := range []string{
		"a", "\n", "\r", "\x00", "\xff", "a:\n", "a:\xff\r\n", "From: x\r\n", "To: <\r\n", "\r\n ", "\r\n=?utf-8?B?0L?= ", "--b\n", "--b\n\n",
	} {
		judge(t, piece, "From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n"+strings.Repeat(piece, size/len(piece)))
	}
	for _, piece := range []string{"<,", "a,", ",", "(", "\"", "\"\\", "a<", "a:;", "a:", "@", "<@a,", "=?utf-8?Q?a?=", "a@b,", "\"a\"@b <", "[", ". "} {
		body := strings.Repeat(piece, 60_000/len(piece))
		for _, name := range []string{"To: ", "From: ", "Bcc: ", "Message-ID: ", "Date: ", "Subject: ", "Content-Type: ", "MIME-Version: "} {
			judge(t, name+piece, name+body+"\r\n\r\n")
		}
	}
	judge(t, "part headers", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"+strings.Repeat("a: \xff"+strings.Repeat("x", 2000)+"\r\n", 900)+"\r\n")
}

func judge(t *testing.T, name, raw string) {
	t.Helper()
	m := &record.Message{ID: 1, Envelope: record.Envelope{Recipients: []record.Recipient{{Address: "a@b", Reply: record.NewReply(250)}}}}
	m.SetRaw([]byte(raw))
	start := time.Now()
	found := lint.Message(m)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("%.20q took %s", name, took)
	}
	checkFindings(t, found, m.Raw())
}

func TestLongSessionsTakeLinearTime(t *testing.T) {
	s := &record.Session{ID: 1}
	for i := range 50_000 {
		s.Commands = append(s.Commands, record.NewCommand("RCPT TO: <бат@example.mn>"))
		s.Anomalies = append(s.Anomalies, record.Anomaly{Kind: "utf8-address", Command: i + 1, Text: "x"}, record.Anomaly{Kind: "blank-in-path", Command: i + 1, Text: "x"})
	}
	start := time.Now()
	found := lint.Session(s)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
	checkFindings(t, found, nil)
}

// What lies beyond a limit of the parser makes no finding.
func TestLimitsMakeNoFinding(t *testing.T) {
	head := "From: a@example.mn\r\nDate: Tue, 03 Mar 2026 09:15:00 +0800\r\nMessage-ID: <a@example.mn>\r\nMIME-Version: 1.0\r\n"
	nested := ""
	for i := range 40 {
		b := strconv.Itoa(i) + "q"
		nested = "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n" + nested + "\r\n--" + b + "--\r\n"
	}
	for name, raw := range map[string]string{
		"parts":  head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 1500) + "--b--\r\n",
		"depth":  head + nested,
		"fields": strings.Repeat("X-A: b\r\n", 11_000) + head + "\r\nx\r\n",
	} {
		m := &record.Message{}
		m.SetRaw([]byte(raw))
		if found := lint.Message(m); len(found) > 0 {
			t.Errorf("%s: %s", name, listing(found))
		}
	}
}
