package sender

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// counter gives octets that are always the same, and never the same twice.
type counter byte

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		*c++
		p[i] = byte(*c)
	}
	return len(p), nil
}

func sample() *Message {
	return &Message{
		From:    []mail.Address{{Name: "Бат, X", Address: "a@example.org"}},
		To:      []mail.Address{{Name: "Doe, Joe (x) <y>", Address: "joe@example.net"}, {Address: "b@бат.mn"}},
		Cc:      []mail.Address{{Name: `q"u\o`, Address: "joe..x@example.net"}},
		Bcc:     []mail.Address{{Address: "secret@example.net"}},
		Subject: "Таны захиалга бэлэн боллоо: хүргэлтийн хаягаа баталгаажуулна уу, 42",
		Date:    time.Unix(1_000_000_000, 0).UTC(),
		Text:    "Сайн байна уу?\n.\nТа = хэрэглэгч \r\nmixed\rends ",
		HTML:    "<p>Сайн байна уу?</p>",
		Header:  []Field{{"X-Loop", strings.Repeat("word ", 40)}, {"X-Тэст"[:2] + "Test", "тэст"}},
		Attachments: []Attachment{
			{Name: "тайлан.pdf", ContentType: "application/pdf", Content: bytes.Repeat([]byte{0, 1, 255}, 100)},
			{Name: strings.Repeat("урт-", 30) + ".txt", ContentType: "text/plain; charset=utf-8", Content: []byte("x")},
			{Name: `a"b.png`, ContentType: "image/png", ContentID: "logo@example.org", Content: []byte("png")},
		},
		Rand: new(counter),
	}
}

// lint looks for what no composed message may have.
func lint(t *testing.T, msg []byte, limit int) {
	t.Helper()
	text := string(msg)
	if bare := strings.ReplaceAll(text, "\r\n", ""); strings.ContainsAny(bare, "\r\n\x00") {
		t.Error("bare CR, LF or NUL")
	}
	header, _, _ := strings.Cut(text, "\r\n\r\n")
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > limit {
			t.Errorf("line of %d octets: %.100q", len(line), line)
		}
	}
	for _, line := range strings.Split(header, "\r\n") {
		if strings.TrimSpace(line) == "" {
			t.Error("a header line of blanks")
		}
		if !isHeaderLine([]byte(line)) {
			t.Errorf("no header line: %q", line)
		}
	}
}

func TestCompose(t *testing.T) {
	m := sample()
	msg, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	lint(t, msg, 78)
	if !ascii(string(msg)) || bytes.Contains(msg, []byte("secret@")) || bytes.Contains(msg, []byte("Bcc")) {
		t.Errorf("message:\n%s", msg)
	}
	read, err := mail.ReadMessage(bytes.NewReader(msg))
	if err != nil {
		t.Fatal(err)
	}
	h := read.Header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("Subject %q, %v", subject, err)
	}
	for name, want := range map[string][]mail.Address{"From": m.From, "Cc": m.Cc, "To": {m.To[0], {Address: "b@xn--80ab2b.mn"}}} {
		list, err := h.AddressList(name)
		if err != nil || len(list) != len(want) {
			t.Errorf("%s: %v, %v", name, list, err)
			continue
		}
		for i := range want {
			if list[i].Name != want[i].Name || ascii(want[i].Address) && !strings.Contains(list[i].Address, "xn--") && list[i].Address != want[i].Address {
				t.Errorf("%s: %+v, want %+v", name, list[i], want[i])
			}
		}
	}
	if date, err := h.Date(); err != nil || !date.Equal(m.Date) {
		t.Errorf("Date %v", err)
	}
	if !isMessageID(h.Get("Message-Id")) || len(h["Mime-Version"]) != 1 {
		t.Errorf("header %v", h)
	}
	again, err := sample().Bytes()
	if err != nil || !bytes.Equal(msg, again) {
		t.Error("the same message is not the same octets")
	}
	if _, err := examine(msg); err != nil {
		t.Error(err)
	}
}

// leaves returns the decoded leaves of a message, in order.
func leaves(t *testing.T, contentType, encoding string, body io.Reader) (parts []string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts = append(parts, kind)
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err != nil {
				return append(parts, "end")
			}
			if name := p.FileName(); name != "" {
				parts = append(parts, name)
			}
			parts = append(parts, leaves(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)...)
		}
	}
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return append(parts, string(content))
}

func TestComposedBody(t *testing.T) {
	m := sample()
	msg, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(bytes.NewReader(msg))
	if err != nil {
		t.Fatal(err)
	}
	got := leaves(t, read.Header.Get("Content-Type"), read.Header.Get("Content-Transfer-Encoding"), read.Body)
	want := []string{
		"multipart/mixed", "multipart/alternative", "Сайн байна уу?\r\n.\r\nТа = хэрэглэгч \r\nmixed\r\nends \r\n",
		"multipart/related", m.HTML + "\r\n", `a"b.png`, "png", "end", "end",
		"тайлан.pdf", string(m.Attachments[0].Content), m.Attachments[1].Name, "x", "end",
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestEncodedWords(t *testing.T) {
	for _, subject := range []string{strings.Repeat("ү", 60), strings.Repeat("aү", 200), "=?utf-8?B?eA==?=", " x ", strings.Repeat("x", 2000), "a  b"} {
		m := &Message{From: []mail.Address{{Name: subject, Address: "a@example.org"}}, Subject: subject}
		msg, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		lint(t, msg, 76)
		h, err := mail.ReadMessage(bytes.NewReader(msg))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(h.Header.Get("Subject")) {
			decoded, err := new(mime.WordDecoder).Decode(word)
			if err != nil || len(word) > 75 || !strings.Contains(subject, decoded) {
				t.Errorf("%q: %v", word, err)
			}
		}
		got, _ := new(mime.WordDecoder).DecodeHeader(h.Header.Get("Subject"))
		from, err := h.Header.AddressList("From")
		if got != subject || err != nil || from[0].Name != subject {
			t.Errorf("Subject %q, From %v %v", got, from, err)
		}
	}
}

func TestEncodings(t *testing.T) {
	for text, want := range map[string]string{
		"hello": "7bit", strings.Repeat("x", 2500): "quoted-printable", "a\x00b": "quoted-printable",
		"naïve text that is mostly ASCII": "quoted-printable", "Сайн байна уу": "base64",
	} {
		m := &Message{From: []mail.Address{{Address: "a@example.org"}}, Text: text}
		msg, err := m.Bytes()
		if err != nil || !bytes.Contains(msg, []byte("Content-Transfer-Encoding: "+want+"\r\n")) {
			t.Errorf("%.30q: %v\n%s", text, err, msg)
		}
		lint(t, msg, 78)
	}
	m := &Message{From: []mail.Address{{Name: "Бат", Address: "бат@example.org"}}, Subject: "Сайн", Text: "Сайн байна уу", Allow8Bit: true, AllowUTF8: true}
	msg, err := m.Bytes()
	if err != nil || !bytes.Contains(msg, []byte("Subject: Сайн\r\n")) || !bytes.Contains(msg, []byte(": 8bit\r\n")) {
		t.Errorf("%v\n%s", err, msg)
	}
}

func TestComposeRefuses(t *testing.T) {
	inject := "hi\r\nBcc: evil@example.net\r\n\r\nowned"
	for name, spoil := range map[string]func(*Message){
		"subject":     func(m *Message) { m.Subject = inject },
		"name":        func(m *Message) { m.To[0].Name = inject },
		"address":     func(m *Message) { m.To[0].Address = "a@x.test>\r\nBcc: <evil@x.test" },
		"file name":   func(m *Message) { m.Attachments[0].Name = "a\r\n\".pdf" },
		"media type":  func(m *Message) { m.Attachments[0].ContentType = "text/plain\r\nX: y" },
		"multipart":   func(m *Message) { m.Attachments[0].ContentType = "multipart/mixed" },
		"Content-ID":  func(m *Message) { m.Attachments[0].ContentID = "x>\r\nX: y" },
		"Message-ID":  func(m *Message) { m.MessageID = "<a@b>\r\nX: y" },
		"field name":  func(m *Message) { m.Header = []Field{{"X: y\r\nZ", "v"}} },
		"field value": func(m *Message) { m.Header = []Field{{"X", inject}} },
		"field twice": func(m *Message) { m.Header = []Field{{"Subject", "a"}, {"subject", "b"}} },
		"Bcc field":   func(m *Message) { m.Header = []Field{{"Bcc", "evil@example.net"}} },
		"no From":     func(m *Message) { m.From = nil },
		"UTF-8":       func(m *Message) { m.Text = "\xff" },
		"local part":  func(m *Message) { m.To[0].Address = "бат@example.net" },
		"no fold":     func(m *Message) { m.Header = []Field{{"X", strings.Repeat("x", 1000)}} },
	} {
		m := sample()
		spoil(m)
		if msg, err := m.Bytes(); !errors.Is(err, ErrMessage) && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v\n%s", name, err, msg)
		}
	}
}

func TestOwnFieldsAndSender(t *testing.T) {
	m := &Message{
		From:    []mail.Address{{Address: "a@example.org"}, {Address: "b@example.org"}},
		To:      []mail.Address{{Address: "c@example.org"}, {Address: "c@example.org"}},
		Subject: "generated",
		Header:  []Field{{"Subject", "own"}, {"Date", "Mon, 02 Jan 2006 15:04:05 +0000"}, {"Message-ID", "<x@example.org>"}},
	}
	msg, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Subject: ", "Date: ", "Message-ID: ", "Sender: a@example.org"} {
		if bytes.Count(msg, []byte("\r\n"+name)) != 1 && !bytes.HasPrefix(msg, []byte(name)) || bytes.Contains(msg, []byte("generated")) {
			t.Errorf("%s\n%s", name, msg)
		}
	}
	if env := m.Envelope(); env.From != "a@example.org" || len(env.To) != 1 {
		t.Errorf("envelope %+v", env)
	}
}

func TestComposeAndSend(t *testing.T) {
	m := sample()
	msg, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s := &script{}
	c := dialScript(t, s, nil)
	r, err := c.Send(t.Context(), m.Envelope(), msg)
	if err != nil || len(r.Delivered()) != 4 || !s.heard("RCPT TO:<secret@example.net>") || unstuff(s.received()) != string(msg) {
		t.Errorf("%v, said %q", err, s.said())
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("hi", "Bat", "text\n.\n", "a.txt")
	f.Add("Сайн байна уу", "Бат, X", "Сайн\r", "тайлан.pdf")
	f.Add("=?utf-8?Q?x?=", `"q\`, strings.Repeat("x", 1200), "\"\\")
	f.Add(strings.Repeat("ү ", 100), strings.Repeat("x", 300), "\x00\x01 \n", strings.Repeat("н", 90))
	f.Fuzz(func(t *testing.T, subject, name, text, file string) {
		m := &Message{
			From: []mail.Address{{Name: name, Address: "a@example.org"}}, Subject: subject, Text: text,
			To:          []mail.Address{{Name: name, Address: "b@example.org"}, {Name: name, Address: "c@example.org"}},
			Attachments: []Attachment{{Name: file, Content: []byte(text)}},
			Rand:        new(counter), Date: time.Unix(1, 0),
		}
		msg, err := m.Bytes()
		if err != nil {
			return
		}
		lint(t, msg, 998)
		if c, err := examine(msg); err != nil || c.utf8Header || c.eightBody {
			t.Fatalf("%v %+v", err, c)
		}
		read, err := mail.ReadMessage(bytes.NewReader(msg))
		if err != nil {
			t.Fatal(err)
		}
		got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
		if err != nil || got != subject {
			t.Fatalf("Subject %q became %q: %v", subject, got, err)
		}
		for field, n := range map[string]int{"From": 1, "To": 2} {
			list, err := read.Header.AddressList(field)
			if err != nil || len(list) != n {
				t.Fatalf("%s %v: %v\n%s", field, list, err, msg)
			}
		}
	})
}
