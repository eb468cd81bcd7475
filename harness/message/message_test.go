package message

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/record"
)

var ok, refused = record.NewReply(250, "2.1.5 Ok"), record.NewReply(550, "5.1.1 No such user")

func sent(raw string, to ...string) *Message {
	m := &record.Message{ID: 1, Session: 2, At: time.Date(2026, 3, 3, 9, 15, 0, 0, time.UTC), Reply: record.NewReply(250, "2.0.0 Ok")}
	m.Envelope.From = "shop@example.mn"
	for _, address := range to {
		m.Envelope.Recipients = append(m.Envelope.Recipients, record.Recipient{Address: address, Reply: ok})
	}
	m.SetRaw([]byte(raw))
	return Of(m)
}

func TestMessageOnOneLine(t *testing.T) {
	for _, c := range []struct {
		m    *Message
		want string
	}{
		{sent("Subject: Welcome\r\n\r\nhi\r\n", "bat@example.com"), `message #1 "Welcome" from <shop@example.mn> to <bat@example.com>, 24 bytes`},
		{sent("Subject: =?utf-8?q?=1b]0;x=07=E2=80=AE?=\r\n\r\n", "a@b\r\nc"), `message #1 "\x1b]0;x\x07\u202e" from <shop@example.mn> to <a@b\r\nc>, 44 bytes`},
		{sent(""), `message #1 "" from <shop@example.mn> to nobody, no bytes`},
		{sent("Subject: Сар\r\n\r\n", "a", "b", "c", "d", "e", "f", "g"), `message #1 "Сар" from <shop@example.mn> to <a>, <b>, <c>, <d>, <e> and 2 more, 19 bytes`},
	} {
		same(t, "line", c.m.GomegaString(), c.want)
		same(t, "string", c.m.String(), c.want)
	}
	if line := sent("Subject: " + strings.Repeat("Ө", 500) + "\r\n\r\n").GomegaString(); len(line) > 300 || !strings.Contains(line, "920 octets more") {
		t.Error(line)
	}
}

func TestBcc(t *testing.T) {
	m := sent("To: Bat <bat@Example.COM>, \"odd one\"@example.com\r\nCc: sarnai@example.mn\r\nBcc: told@example.mn\r\nX-Note: audit@example.mn\r\n\r\n",
		"bat@example.com", "\"odd one\"@EXAMPLE.com", "Sarnai@example.mn", "told@example.mn", "audit@example.mn")
	m.Envelope.Recipients = append(m.Envelope.Recipients, record.Recipient{Address: "gone@example.mn", Reply: refused})
	if got, want := m.Bcc(), []string{"Sarnai@example.mn", "audit@example.mn"}; !slices.Equal(got, want) {
		t.Errorf("blind copies are %v, want %v", got, want)
	}
}

func TestJSONIsTheRecordAndTheSubject(t *testing.T) {
	m := sent("Subject: =?koi8-r?q?=C1?=\r\n\r\n.dot \xff\r\n", "bat@example.com")
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(b, &keys); err != nil || keys["subject"] != "а" || keys["id"] != 1.0 {
		t.Errorf("%v: %s", err, b)
	}
	var back Message
	var bare record.Message
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &bare); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*record.Message{back.Message, &bare} {
		if !reflect.DeepEqual(r.Envelope, m.Envelope) || !r.At.Equal(m.At) || string(r.Raw()) != string(m.Raw()) {
			t.Errorf("came back as %+v", r)
		}
	}
	same(t, "subject", back.Subject(), "а")
	if err := json.Unmarshal([]byte(`{"id":"x"}`), &back); err == nil {
		t.Error("no error for a broken record")
	}
}

func TestNothingIsParsedBeforeTheFirstLook(t *testing.T) {
	reads := 0
	p := &Parsed{raw: func() []byte { reads++; return fixtures.Message("mongolian-base64") }}
	if reads != 0 {
		t.Fatal("read at once")
	}
	p.Subject()
	if p.root != nil {
		t.Error("the subject cost the body")
	}
	p.Text()
	if p.view.text != "" {
		t.Error("the text cost the HTML")
	}
	p.VisibleText()
	if reads != 1 {
		t.Errorf("read %d times", reads)
	}
}

func TestConcurrentLooks(t *testing.T) {
	m := sent(string(fixtures.Message("confirmation-link")), "bat@example.com")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { look(t, m.Raw()) })
		all.Go(func() {
			m.Warnings()
			m.Links()
			m.Text()
			_, _ = m.Code()
			_ = m.GomegaString()
		})
		all.Go(func() {
			_ = m.Subject()
			m.Attachments()
			m.VisibleText()
		})
	}
	all.Wait()
}

func TestHeader(t *testing.T) {
	h := Parse([]byte("X-A: one\r\nx-a:\r\n =?utf-8?q?=D0=91?=\r\nBroken line\r\nX-B : two\r\n\r\n")).Header()
	want := Header{{"X-A", " one"}, {"x-a", "\r\n =?utf-8?q?=D0=91?="}, {"", "Broken line"}, {"X-B", " two"}}
	if !slices.Equal(h, want) {
		t.Errorf("header is %q", h)
	}
	if got := h.Values("X-a"); !slices.Equal(got, []string{"one", "Б"}) {
		t.Errorf("values are %q", got)
	}
	if got := h.Names(); !slices.Equal(got, []string{"X-A", "X-B"}) {
		t.Errorf("names are %q", got)
	}
	if m := h.Mail(); m.Get("x-b") != "two" || len(m["X-A"]) != 2 || m["X-A"][1] != "=?utf-8?q?=D0=91?=" {
		t.Errorf("net/mail form is %q", m)
	}
	if h.Has("X-C") || h.Get("X-C") != "" || !h.Has("X-B") {
		t.Error("Has")
	}
}

// Text behind a header is text in all the ways in which a sender may get the
// line between them wrong.
func TestWhereTheHeaderEnds(t *testing.T) {
	for raw, want := range map[string][2]string{
		"Subject: a\r\n\r\nb\r\n":             {"a", "b"},
		"Subject: a\r\nb\r\n":                 {"a", "b"},
		"Subject: a":                          {"a", ""},
		"Subject: a\r\n":                      {"a", ""},
		"Note: buy milk\r\n":                  {"", "Note: buy milk"},
		"Note: buy milk\r\n\r\nand bread":     {"", "and bread"},
		"hello\r\n\r\nSubject: a\r\n":         {"", "hello\n\nSubject: a"},
		" folded\r\nSubject: a\r\n\r\nb":      {"a", "b"},
		"junk\r\nSubject: a\r\n\r\nb":         {"a", "b"},
		"Subject: a\r\n \r\n b\r\n\r\nc":      {"a  b", "c"},
		"From bat Mon\r\nSubject: a\r\n\r\nb": {"a", "b"},
		"Subject:a\n\nb\n":                    {"a", "b"},
		"\r\n\r\nb":                           {"", "\nb"},
		"Subject: a\r\n" + strings.Repeat("word\r\n", 200) + "X: y\r\n\r\n": {"a", strings.Repeat("word\n", 200) + "X: y\n"},
	} {
		p := Parse([]byte(raw))
		same(t, "subject of "+raw, p.Subject(), want[0])
		same(t, "text of "+raw, p.Text(), want[1])
	}
}

func TestLink(t *testing.T) {
	p := Parse(fixtures.Message("confirmation-link"))
	for substr, want := range map[string]string{"confirm?": "https://example.mn/confirm?u=7&t=abc", "тусламж": "https://example.mn/help", "mailto:": "mailto:help@example.mn"} {
		if got, err := p.Link(substr); got != want || err != nil {
			t.Errorf("%s: %q, %v", substr, got, err)
		}
	}
	_, err := p.Link("nowhere")
	if text := err.Error(); !strings.Contains(text, `no link with "nowhere"; the message has 5 links`) ||
		!strings.Contains(text, `https://example.mn/confirm?u=7&t=abc "Бүртгэлээ баталгаажуулах"`) {
		t.Error(text)
	}
	if _, err = p.Link("example.mn/help"); err == nil || !strings.Contains(err.Error(), "2 different links") {
		t.Error(err)
	}
	if _, err = Parse(nil).Link("x"); err == nil || err.Error() != `no link with "x"; the message has no links` {
		t.Error(err)
	}
}

func TestBareURLs(t *testing.T) {
	for text, want := range map[string][]string{
		"See https://a.mn/x. And http://b.mn, (https://c.mn/d(e)) <https://f.mn>": {"https://a.mn/x", "http://b.mn", "https://c.mn/d(e)", "https://f.mn"},
		"HTTPS://A.mn/ ftp://no.mn xhttp://no.mn http:// https://...":             {"HTTPS://A.mn/"},
		"https://a.mn https://a.mn «https://b.mn» “https://c.mn/тест?x=1&y=[2]”":  {"https://a.mn", "https://b.mn", "https://c.mn/тест?x=1&y=[2]"},
	} {
		var got []string
		for _, l := range Parse([]byte("MIME-Version: 1.0\r\n\r\n" + text)).Links() {
			got = append(got, l.URL)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestVisibleText(t *testing.T) {
	for markup, want := range map[string]string{
		"<p>a  b\n c</p><p>d": "a b c\n\nd",
		"a<br>b<br/><br>c":    "a\nb\n\nc",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>":      "a b\nc",
		"<head><title>t</title></head>x<script>y</script>z":          "xz",
		"<head><style>s</style><body>x":                              "x",
		"<div hidden>a<div>b</div></div>c":                           "c",
		"<span style='DISPLAY : none'>a</span>b<i>c</i> <b> d </b>e": "bc d e",
		"<p hidden>a<p>b<ul><li>c<li>d</ul>":                         "b\n\nc\nd",
		"<pre> a\n  b</pre>c":                                        " a\n  b\n\nc",
		"<svg/>a<svg><text>b</text></svg>c&lt;d&gt;&#1073;":          "ac<d>б",
		"4<b>8</b>2\u200b9&nbsp;x":                                   "4829 x",
		"<!-- c --><p>a<!DOCTYPE x>":                                 "a",
		"plain":                                                      "plain",
	} {
		raw := "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup
		same(t, "sight of "+markup, strings.TrimLeft(Parse([]byte(raw)).VisibleText(), "\n"), strings.TrimLeft(want, "\n "))
	}
	same(t, "sight of a text", Parse([]byte("Subject: a\r\n\r\nb\r\n")).VisibleText(), "b")
}

func TestAttachment(t *testing.T) {
	p := Parse(fixtures.Message("nested-related-alternative"))
	for glob, want := range map[string]string{"*.csv": "тайлан.csv", "Нэхэмжлэх.pdf": "Нэхэмжлэх.pdf", "logo.png": "logo.png", "[": ""} {
		part, found := p.Attachment(glob)
		if found != (want != "") || found && part.Filename != want {
			t.Errorf("%s: %v", glob, part)
		}
	}
	csv, _ := p.Attachment("*.csv")
	same(t, "body", string(csv.Body), "нэр;тоо")
	if string(csv.Octets) == string(csv.Body) || len(csv.Octets) != 7 {
		t.Errorf("octets are %q", csv.Octets)
	}
	same(t, "part", csv.String(), `"тайлан.csv" (text/csv, 7 bytes)`)
	pdf, _ := p.Attachment("Н*.pdf")
	if !strings.HasPrefix(string(pdf.Body), "%PDF-") || pdf.Path != "2" || pdf.Disposition != "attachment" || pdf.Encoding != "base64" {
		t.Errorf("%+v", pdf)
	}
}

func TestEncodedMessageWithinAMessage(t *testing.T) {
	inner := "MIME-Version: 1.0\r\nSubject: inner\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSubject: innermost=0D=0A\r\n"
	p := Parse(fixture("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(inner, "=", "=3D")))
	if n := len(p.Root().Children); n != 1 || p.Root().Children[0].Header.Get("Subject") != "inner" {
		t.Fatalf("%d children", n)
	}
	if c := p.Root().Children[0]; c.Children != nil || string(c.Body) != "Subject: innermost\r\n\r\n\r\n" {
		t.Errorf("the innermost message is %q", c.Body)
	}
	same(t, "warnings", join(p.Warnings()), "message/rfc822 in quoted-printable, which cannot be encoded [encoding-composite]\n"+
		"part 1: message/rfc822 in quoted-printable, which cannot be encoded [encoding-composite]\n"+
		"part 1: kept whole: an encoded message within an encoded message [depth-limit]")
}

func TestWarningsAreLimitedForEachID(t *testing.T) {
	p := Parse([]byte(strings.ReplaceAll(string(fixtures.Parts(200)), "charset=utf-8", "charset=x-steppe")))
	text := join(p.Warnings())
	if strings.Count(text, "[charset-unknown]") != MaxWarnings || !strings.HasSuffix(text, "more than 10 parts have the same warning (190 times) [more-warnings]") {
		t.Error(text)
	}
}

func join(list []Warning) string {
	var s []string
	for _, w := range list {
		s = append(s, w.String())
	}
	return strings.Join(s, "\n")
}

// An outline has all but the content of what is no text.
func TestOutline(t *testing.T) {
	raw := []byte("Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nСайн уу\r\n" +
		"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n" +
		"--b--\r\n")
	whole, outline := Parse(raw), Outline(raw)
	if outline.Subject() != "x" || outline.Text() != whole.Text() {
		t.Errorf("it says %q, %q", outline.Subject(), outline.Text())
	}
	files := outline.Attachments()
	if len(files) != 1 || files[0].Filename != "a.pdf" || files[0].Body != nil || files[0].Octets != nil || len(files[0].Encoded) == 0 {
		t.Errorf("its files are %+v", files)
	}
	if len(whole.Attachments()[0].Body) != 3 {
		t.Error("the message is not what this is about")
	}
}
