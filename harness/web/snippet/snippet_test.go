package snippet_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/snippet"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// hostile are texts that break what does not quote them.
var hostile = []string{
	`It's "quoted"`, "$(touch owned) `touch owned` ${HOME} \\", "a\nb'\ntouch owned\n", "'; touch owned; '", "\x00\x1b[2J\u202eабв", "`+`", "*/ // {{.}}",
	"бат-эрдэнэ", "", "   ", "-d @/etc/passwd", "()\"OR", "\xff\xfe", strings.Repeat("long ", 100),
}

// seenMessage is a message with a subject, as a page knows it.
func seenMessage(subject string) snippet.Seen {
	accepted, refused := record.NewReply(250, "2.1.5 Ok"), record.NewReply(550, "5.1.1 No such user")
	r := &record.Message{Envelope: record.Envelope{From: "bat@example.mn", Recipients: []record.Recipient{
		{Address: "o'yun@example.net", Reply: accepted}, {Address: "gone*@example.net", Reply: refused},
	}}}
	r.SetRaw([]byte("From: bat@example.mn\r\nSubject: =?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(subject)) +
		"?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + subject + "\r\n"))
	m := message.Of(r)
	return snippet.Seen{Server: "http://127.0.0.1:8025", Message: &snippet.Message{
		ID: "01J", From: "bat@example.mn", Subject: m.Subject(), Text: m.Text(), Envelope: r.Envelope, Raw: r.Raw(),
	}}
}

// session is one in which a command got a reply.
func session(reply record.Reply, lines ...string) snippet.Seen {
	s := &record.Session{Greeting: record.NewReply(220, "ready"), End: record.EndClientClosed}
	for i, line := range lines {
		c := record.NewCommand(line)
		c.Reply = record.NewReply(250, "2.0.0 Ok")
		if i == len(lines)-1 {
			c.Reply = reply
		}
		if line == "" {
			c = record.Command{Verb: "BODY", Reply: c.Reply}
		}
		s.Commands = append(s.Commands, c)
	}
	return snippet.Seen{Server: "http://127.0.0.1:8025", Session: s}
}

var refused = map[string]snippet.Seen{
	"CONNECT":  {Session: &record.Session{Greeting: record.NewReply(554, "5.3.2 No service"), End: record.EndRefused}},
	"EHLO":     session(record.NewReply(502, "5.5.1 Not implemented"), "EHLO a"),
	"STARTTLS": session(record.NewReply(454, "4.7.0 TLS not available"), "EHLO a", "STARTTLS"),
	"AUTH":     session(record.NewReply(535, "5.7.8 Wrong"), "EHLO a", "AUTH PLAIN ****"),
	"MAIL":     session(record.NewReply(451, "4.3.0 Later"), "EHLO a", "MAIL FROM:<a@b.example> SIZE=10"),
	"RCPT":     session(record.NewReply(550, "5.1.1 No", "such user"), "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c*?@d.example>"),
	"DATA":     session(record.NewReply(421, "4.3.2 Bye"), "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"),
	"BODY":     session(record.NewReply(552, "5.3.4 Too big"), "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", ""),
	"no reply": session(record.Reply{Rule: "On(DATA).Drop()"}, "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"),
	"odd text": session(record.Reply{Code: 550, Lines: []string{"a\rb"}}, "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"),
}

func TestRuleRefusesAsItWasRefused(t *testing.T) {
	for name, seen := range refused {
		text := snippet.Rule(seen)
		rule, err := wire.ParseRule([]byte(text))
		if err != nil {
			t.Errorf("%s: %s: %v", name, text, err)
			continue
		}
		if want := record.Stage(name); len(name) < 7 && name != "no reply" && rule.Stage() != want {
			t.Errorf("%s: %s", name, rule)
		}
	}
	if text := snippet.Rule(refused["RCPT"]); text != `{"on":"RCPT","to":"c\\*\\?@d.example","reply":{"code":550,"lines":["5.1.1 No","such user"]}}` {
		t.Error(text)
	}
	if text := snippet.Rule(seenMessage("x")); text != `{"on":"RCPT","to":"gone\\*@example.net","reply":"550 5.1.1 No such user"}` {
		t.Error(text)
	}
	for _, none := range []snippet.Seen{{}, session(record.NewReply(250, "Ok"), "EHLO a"), session(record.NewReply(500, "What"), "XYZZY")} {
		if text := snippet.Rule(none); text != "" {
			t.Errorf("%s for nothing that a rule could do", text)
		}
	}
}

// TestCurlThroughAShell runs each line with a curl that notes its arguments.
func TestCurlThroughAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal("there is no sh")
	}
	for _, subject := range hostile {
		folder := t.TempDir()
		notes := "#!" + sh + "\nfor a; do printf '%s\\0' \"$a\"; done > " + filepath.Join(folder, "arguments") + "\n"
		if err := os.WriteFile(filepath.Join(folder, "curl"), []byte(notes), 0o755); err != nil {
			t.Fatal(err)
		}
		seen := seenMessage(subject)
		seen.Run = "o'ne"
		line := snippet.Curl(seen)
		command := exec.Command(sh, "-c", line)
		command.Dir, command.Env = folder, []string{"PATH=" + folder, "HOME=/nowhere"}
		if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%s: %v %s", line, err, out)
		}
		b, err := os.ReadFile(filepath.Join(folder, "arguments"))
		if err != nil {
			t.Fatal(err)
		}
		args := strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
		if len(args) != 8 || args[1] != "http://127.0.0.1:8025/api/wait" || args[5] != "run=o'ne" || args[7] != "timeout=30s" {
			t.Fatalf("%q became %q", line, args)
		}
		q := strings.TrimPrefix(args[3], "q=")
		if _, err := store.ParseQuery(q, record.Session{}.Started); err != nil {
			t.Errorf("%s: %v", q, err)
		}
		if _, err := os.Stat(filepath.Join(folder, "owned")); err == nil || strings.ContainsAny(line, "\n\x00\x1b") {
			t.Errorf("%q did something else", line)
		}
	}
	if line := snippet.Curl(snippet.Seen{}); line != "" {
		t.Errorf("%s, without anything to wait for", line)
	}
}

// TestCurlFindsTheMessage holds the query against the message itself.
func TestCurlFindsTheMessage(t *testing.T) {
	for _, subject := range []string{"Таны код", `a "quoted" \ word`, "one (two) OR three", strings.Repeat("long ", 60)} {
		seen := seenMessage(subject)
		line := snippet.Curl(seen)
		_, rest, _ := strings.Cut(line, "--data-urlencode 'q=")
		q, _, _ := strings.Cut(rest, "' -d timeout")
		query, err := store.ParseQuery(strings.ReplaceAll(q, `'\''`, "'"), record.Session{}.Started)
		if err != nil {
			t.Fatal(err)
		}
		entry := &store.Entry{Mail: store.Mail{Envelope: seen.Message.Envelope}, Digest: &store.Digest{Subject: strings.TrimSpace(subject)}}
		if !query.Match(entry) {
			t.Errorf("%s does not find %q", q, subject)
		}
	}
}

// TestSpecsCompileAndPass writes the specs into packages of this module, and
// runs them.
func TestSpecsCompileAndPass(t *testing.T) {
	specs := map[string]string{}
	for name, seen := range refused {
		if name != "odd text" {
			specs[strings.ReplaceAll(name, " ", "_")] = snippet.Go(seen)
		}
	}
	for i, subject := range hostile {
		specs[fmt.Sprint("message", i)] = snippet.Go(seenMessage(subject))
	}
	secure := seenMessage("over TLS")
	secure.Session = &record.Session{TLS: &record.TLS{Version: "TLS 1.3"}, Auth: []record.AuthAttempt{{Mechanism: "PLAIN", Username: "bat", OK: true}}}
	specs["secure"] = snippet.Go(secure)
	long := seenMessage("long")
	long.Message.Raw = bytes.Repeat(long.Message.Raw, 200)
	specs["long"] = snippet.Go(long)
	folder, err := os.MkdirTemp(".", "zz_generated_")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	replace := strings.NewReplacer("const letter", "const letterNAME", "[]byte(letter)", "[]byte(letterNAME)", "func send(", "func sendNAME(", "send(srv)", "sendNAME(srv)")
	for name, text := range specs {
		if text == "" {
			t.Errorf("%s: there is no spec", name)
		}
		text = strings.ReplaceAll(replace.Replace(text), "NAME", name) // many in one package
		if err := os.WriteFile(filepath.Join(folder, name+"_spec_test.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	suite := "package mail_test\n\nimport (\n\t\"testing\"\n\n\t. \"github.com/onsi/ginkgo/v2\"\n\t. \"github.com/onsi/gomega\"\n)\n\n" +
		"func TestMail(t *testing.T) {\n\tRegisterFailHandler(Fail)\n\tRunSpecs(t, \"Mail\")\n}\n"
	if err := os.WriteFile(filepath.Join(folder, "suite_test.go"), []byte(suite), 0o644); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(folder, "testdata")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "01J.eml"), long.Message.Raw, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "./"+filepath.ToSlash(folder)).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzQuotes(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, subject, address string) {
		seen := seenMessage(subject)
		seen.Message.Envelope.Recipients[0].Address = address
		if strings.ContainsAny(snippet.Curl(seen), "\r\n\x00\x1b") || snippet.Go(seen) == "" {
			t.Errorf("%q", snippet.Curl(seen))
		}
		if text := snippet.Rule(seen); text != "" && !json.Valid([]byte(text)) || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("%q", text)
		}
	})
}
