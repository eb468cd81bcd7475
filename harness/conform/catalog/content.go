package catalog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// askRaw asks for one message of these octets.
func askRaw(raw []byte) func(conform.Env, *record.Job) {
	return func(_ conform.Env, j *record.Job) { j.Messages = []record.Draft{{Raw: raw}} }
}

// bodyOf returns what is behind the header, in octets as they were before any
// transfer encoding: a client may add fields, and may encode.
func bodyOf(raw []byte) []byte {
	switch root := message.Parse(raw).Root(); root.Encoding {
	case "quoted-printable", "base64":
		return root.Octets
	}
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return body
}

// intact wants the body of the message as it was given.
func intact(c *conform.Case, m *record.Message) conform.Verdict {
	return same(c, bodyOf(m.Raw()), bodyOf(c.Job.Messages[0].Raw))
}

func same(c *conform.Case, got, want []byte) conform.Verdict {
	if bytes.Equal(got, want) {
		return c.Pass("the body arrived as it was, %d octets", len(got))
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	return c.Breach("the body was changed: %d octets of %d arrived, and at %d stands %s in place of %s", len(got), len(want), at, around(got, at), around(want, at))
}

// around shows a few octets from at.
func around(b []byte, at int) string {
	if at >= len(b) {
		return "the end"
	}
	return `"` + record.Escape(string(b[at:min(at+24, len(b))])) + `"`
}

// ended wants the body with the CRLF that its last line did not have, RFC 5321
// §4.1.1.4, which lets a client refuse it too.
func ended(c *conform.Case) conform.Verdict {
	if declined(c) {
		return c.Pass("it refuses a message without a final CRLF: %s", c.Told())
	}
	return each(func(c *conform.Case, m *record.Message) conform.Verdict {
		return same(c, bodyOf(m.Raw()), slices.Concat(bodyOf(c.Job.Messages[0].Raw), []byte("\r\n")))
	})(c)
}

// large is a message of 2.6 MB, whose lines all differ. It is made for the first
// who asks for it, since every use of the catalogue would pay for it otherwise.
var large = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for i := range 40000 {
		fmt.Fprintf(&b, "line %05d of a large message, which has to arrive as it was sent\r\n", i)
	}
	return conform.RawMessage("A large message", b.String())
})

// twiceLarge is large with its body twice, 5.4 MB.
var twiceLarge = sync.OnceValue(func() []byte { return slices.Concat(large(), bodyOf(large())) })

// askMade is askRaw for a message that is made when it is asked for.
func askMade(message func() []byte) func(conform.Env, *record.Job) {
	return func(e conform.Env, j *record.Job) { askRaw(message())(e, j) }
}

// dotted returns a message of 140 kB all of whose lines begin with a dot; each
// multiple of 4096 octets is the beginning of one.
func dotted() []byte {
	msg := conform.RawMessage("Dots at the edges of buffers", "")
	for n := 0; len(msg) < 140<<10; n++ {
		length := 20 + n%59
		left := 4096 - len(msg)%4096
		if left < length+40 {
			length = left
		}
		msg = append(msg, "."+strings.Repeat("x", length-3)+"\r\n"...)
	}
	return msg
}

// high are all octets beyond ASCII, in lines.
func high() []byte {
	header := "Date: Mon, 02 Nov 2026 10:00:00 +0800\r\nFrom: sender@example.org\r\nTo: recipient@example.net\r\nSubject: Octets\r\n" +
		"Message-ID: <octets@client.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	msg := []byte(header)
	for c := 0x80; c <= 0xff; c++ {
		if msg = append(msg, byte(c)); c%16 == 15 {
			msg = append(msg, "\r\n"...)
		}
	}
	return msg
}
