package mutant

import (
	"regexp"
	"strings"
	"time"
)

// composing makes a Data of a func that changes messages which the client was
// to compose; raw ones stay.
func composing(f func(d *Dialogue, msg string) string) func(*Dialogue, []byte) []byte {
	return func(d *Dialogue, octets []byte) []byte {
		if !d.Draft().Composed() {
			return octets
		}
		return Stuffed([]byte(f(d, string(Unstuffed(octets)))))
	}
}

// field makes a composing that replaces a header field; lines may be none.
func field(name string, lines ...string) func(*Dialogue, []byte) []byte {
	return composing(func(_ *Dialogue, msg string) string {
		msg = WithoutField(msg, name)
		for _, line := range lines {
			msg = WithField(msg, line)
		}
		return msg
	})
}

// added makes a composing that adds a header line.
func added(line string) func(*Dialogue, []byte) []byte {
	return composing(func(_ *Dialogue, msg string) string { return WithField(msg, line) })
}

// replaced makes a composing that replaces what a pattern matches.
func replaced(pattern, by string) func(*Dialogue, []byte) []byte {
	re := regexp.MustCompile(pattern)
	return composing(func(_ *Dialogue, msg string) string { return re.ReplaceAllString(msg, by) })
}

var composeMutants = []Mutant{
	{Name: "no-date", Breaks: []string{"lint-date"}, Text: "It composes without Date.", Data: field("Date")},
	{Name: "two-dates", Text: "It composes with two Dates.", Data: added("Date: Mon, 02 Jan 2006 15:04:05 +0000")},
	{Name: "old-date", Breaks: []string{"lint-date"}, Text: "It composes with a Date of long ago.", Data: field("Date", "Date: Mon, 02 Jan 2006 15:04:05 +0000")},
	{Name: "broken-date", Breaks: []string{"lint-date"}, Text: "It composes with a Date in ISO 8601.", Data: field("Date", "Date: "+time.Unix(0, 0).UTC().Format(time.RFC3339))},
	{Name: "no-from", Breaks: []string{"lint-from"}, Text: "It composes without From.", Data: field("From")},
	{Name: "two-froms", Breaks: []string{"lint-address-agree"}, Text: "It composes with two From fields.", Data: added("From: b@example.org")},
	{Name: "no-sender", Breaks: []string{"lint-sender"}, Text: "It composes without Sender.", Data: field("Sender")},
	{Name: "no-message-id", Breaks: []string{"lint-message-id"}, Text: "It composes without Message-ID.", Data: field("Message-ID")},
	{Name: "same-message-id", Breaks: []string{"lint-message-id"}, Text: "It gives all messages one Message-ID.", Data: field("Message-ID", "Message-ID: <one@client.test>")},
	{Name: "empty-to", Breaks: []string{"lint-destination"}, Text: "It writes an empty To.", Data: field("To", "To: ")},
	{Name: "two-subjects", Breaks: []string{"lint-unique-headers"}, Text: "It writes Subject twice.", Data: added("Subject: another")},
	{Name: "subject-8bit", Breaks: []string{"lint-header-8bit"}, Text: "It writes the Subject as it is.", Data: composing(func(d *Dialogue, msg string) string {
		return WithField(WithoutField(msg, "Subject"), "Subject: "+d.Draft().Subject)
	})},
	{Name: "encoded-word-too-long", Breaks: []string{"lint-encoded-word-length"}, Text: "It writes one encoded-word of any length.", Data: composing(func(d *Dialogue, msg string) string {
		return WithField(WithoutField(msg, "Subject"), "Subject: "+oneWord(d.Draft().Subject))
	})},
	{Name: "leaks-bcc", Breaks: []string{"lint-bcc-leak"}, Text: "It writes Bcc into the header.", Data: composing(func(d *Dialogue, msg string) string {
		if bcc := d.Draft().Bcc; bcc != "" {
			return WithField(msg, "Bcc: "+bcc)
		}
		return msg
	})},
	{Name: "header-injection", Breaks: []string{"lint-subject-crlf"}, Text: "It writes line ends in a Subject as they are.", Job: innocent,
		Data: composing(func(_ *Dialogue, msg string) string { return guilty(msg) })},
	{Name: "long-lines", Breaks: []string{"lint-line-998"}, Text: "It writes lines of more than 998 octets.", Data: added("X-Long: " + strings.Repeat("x", 1200))},
	{Name: "lines-over-78", Breaks: []string{"lint-line-78"}, Text: "It does not fold header lines.", Data: added("X-Long: " + strings.Repeat("word ", 30) + "x")},
	{Name: "no-mime-version", Breaks: []string{"lint-mime-version"}, Text: "It composes without MIME-Version.", Data: field("MIME-Version")},
	{Name: "no-charset", Text: "It does not declare the charset.", Data: replaced(`(?i);\s*charset=[\w-]+`, "")},
	{Name: "wrong-charset", Breaks: []string{"lint-charset"}, Text: "It declares a charset that is not the text's.", Data: replaced(`(?i)charset=utf-8`, "charset=iso-8859-1")},
	{Name: "false-encoding", Text: "It declares 7bit for what is not.", Data: replaced(`(?i)(Content-Transfer-Encoding:) (base64|quoted-printable|8bit)`, "$1 7bit")},
	{Name: "base64-in-one-line", Text: "It does not break lines of base64.", Data: replaced(`([A-Za-z0-9+/=]{76})\r\n([A-Za-z0-9+/=])`, "$1$2")},
	{Name: "base64-without-padding", Breaks: []string{"lint-base64"}, Text: "It leaves the padding of base64 out.", Data: replaced(`([A-Za-z0-9+/])=+\r\n(--|\r\n|$)`, "$1\r\n$2")},
	{Name: "qp-lower-case", Breaks: []string{"lint-qp"}, Text: "It writes quoted-printable in lower case.", Data: composing(func(_ *Dialogue, msg string) string {
		return regexp.MustCompile(`=[0-9A-F]{2}`).ReplaceAllStringFunc(msg, strings.ToLower)
	})},
	{Name: "qp-long-lines", Text: "It does not break lines of quoted-printable.", Data: replaced(`=\r\n`, "")},
	{Name: "no-closing-boundary", Breaks: []string{"lint-multipart"}, Text: "It does not close multiparts.", Data: replaced(`(?m)^(--b_\w+)--\r\n`, "")},
	{Name: "boundary-too-long", Text: "Its boundaries have more than 70 octets.", Data: replaced(`b_(\w+)`, "b_$1"+strings.Repeat("x", 60))},
	{Name: "multipart-base64", Breaks: []string{"lint-multipart-cte"}, Text: "It declares base64 for a multipart.", Data: replaced(`(Content-Type: multipart/)`, "Content-Transfer-Encoding: base64\r\n$1")},
	{Name: "return-path", Breaks: []string{"lint-return-path"}, Text: "It writes Return-Path.", Data: added("Return-Path: <a@example.org>")},
	{Name: "forged-received", Breaks: []string{"lint-trace"}, Text: "It writes a Received of its own.", Data: added("Received: from nowhere; Mon, 02 Jan 2006 15:04:05 +0000")},
	{Name: "no-empty-line", Text: "It leaves out the empty line behind the header.", Data: composing(func(_ *Dialogue, msg string) string {
		return strings.Replace(msg, "\r\n\r\n", "\r\n", 1)
	})},
	{Name: "blank-before-colon", Breaks: []string{"lint-header-syntax"}, Text: "It writes a blank into field names.", Data: added("X Odd: y")},
	{Name: "whitespace-fold", Breaks: []string{"lint-fold"}, Text: "It folds into a line of blanks.", Data: added("X-Fold: y\r\n \r\n z")},
}
