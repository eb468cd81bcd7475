package anomalies_test

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
)

// one is a kind with a session that has it, and sessions that come close and
// do not.
type one struct {
	kind string
	opts []harness.Option
	does play
	not  []play
}

func with(o ...harness.Option) []harness.Option { return o }

var (
	user     = harness.WithUser("bat", "s3cret")
	chunking = harness.Advertise("CHUNKING", "BINARYMIME")
)

const plainAuth = "AUTH PLAIN AGJhdABzM2NyZXQ="

func bdat(data string) string { return "BDAT " + strconv.Itoa(len(data)) + " LAST\r\n" + data }

// padded returns a line of so many octets with its CRLF.
func padded(begin string, octets int) string {
	return begin + strings.Repeat("x", octets-len(begin)-2)
}

var cases = []one{
	{kind: "bare-lf", does: atOnce("NOOP\n", 1), not: []play{quits("NOOP")}},
	{kind: "bare-cr", does: hello("NOOP a\rb"), not: []play{quits("NOOP a b")}},
	{kind: "control-octets", does: hello("NOOP \x01"), not: []play{quits("NOOP \t a"), hello("NOOP a\rb")}},
	{kind: "non-ascii", does: hello("NOOP бат"), not: []play{quits("NOOP bat")}},
	{kind: "long-line", does: hello(padded("NOOP ", 513)),
		not: []play{hello(padded("NOOP ", 512), padded("VRFY ", 522), padded("MAIL ", 1224), padded("RCPT ", 1048))}},
	{kind: "cut-line", does: unended("NOO"), not: []play{quits("NOOP")}},

	{kind: "other-protocol", does: talk("GET / HTTP/1.1"), not: []play{quits("NOOP GET")}},
	{kind: "pipelining-not-offered", opts: with(harness.Withhold("PIPELINING")), does: atOnce("RSET\r\nRSET\r\n", 2), not: []play{quits("RSET", "RSET")}},
	{kind: "not-last-in-group", does: atOnce("NOOP\r\nRSET\r\n", 2), not: []play{atOnce("RSET\r\nNOOP\r\n", 2), quits("NOOP")}},
	{kind: "octets-behind-starttls", opts: with(harness.WithSTARTTLS()), does: plainBehindSTARTTLS, not: []play{underTLS()}},
	{kind: "no-client-hello", opts: with(harness.WithSTARTTLS()), does: plainForClientHello, not: []play{underTLS(), hello("STARTTLS")}},
	{kind: "octets-behind-data", does: atOnce(mail+"\r\n"+rcpt+"\r\nDATA\r\nS: x\r\n\r\n.\r\n", 4),
		not: []play{sends("S: x\r\n"), atOnce(mail+"\r\n"+rcpt+"\r\nDATA\r\n", 3)}},
	{kind: "octets-behind-quit", does: atOnce("QUIT\r\nNOOP\r\n", 1), not: []play{atOnce("RSET\r\nQUIT\r\n", 2)}},
	{kind: "no-quit", does: hello("NOOP"), not: []play{quits(), nothing, hello(mail), unended("NOO")}},

	{kind: "no-ehlo", does: talk(mail), not: []play{hello(mail)}},
	{kind: "empty-ehlo", does: talk("EHLO"), not: []play{hello()}},
	{kind: "helo", does: talk("HELO client.example"), not: []play{hello(), talk("EHLO", "HELO client.example")}},
	{kind: "nested-mail", does: hello(mail, mail), not: []play{hello(mail, "RSET", mail)}},
	{kind: "data-without-recipients", does: hello(mail, "DATA"),
		not: []play{sends("S: x\r\n"), atOnce(mail+"\r\nRCPT TO:b@example.mn\r\nDATA\r\n", 3)}},
	{kind: "extra-argument", does: hello("RSET now"), not: []play{quits("RSET", "NOOP now")}},
	{kind: "blank-in-path", does: hello("MAIL FROM: <a@example.mn>"), not: []play{hello("MAIL FROM:<a@example.mn>")}},
	{kind: "bad-path", does: hello("MAIL FROM:a@example.mn"), not: []play{hello(`mail from:<"a b"@example.mn>`), hello("MAIL FROM:<>")}},
	{kind: "utf8-address", does: hello("MAIL FROM:<бат@example.mn>"), not: []play{hello("MAIL FROM:<бат@example.mn> SMTPUTF8")}},
	{kind: "not-offered", does: hello(mail + " X=1"), not: []play{hello(mail + " SIZE=1")}},
	{kind: "bad-parameter", does: hello(mail + " SIZE=-1"), not: []play{hello(mail + " SIZE=1")}},
	{kind: "auth-sequence", opts: with(user), does: hello(plainAuth, plainAuth), not: []play{hello(plainAuth, mail)}},
	{kind: "password-in-clear", opts: with(user, harness.WithSTARTTLS()), does: hello(plainAuth),
		not: []play{underTLS(plainAuth), hello("AUTH PLAIN"), hello("AUTH CRAM-MD5", "*")}},

	{kind: "bare-lf-in-data", opts: with(chunking), does: sends("S: x\r\n\r\na\nb\r\n"),
		not: []play{sends("S: x\r\n\r\na\r\n"), chunks(mail+" BODY=BINARYMIME", "S: x\r\n\r\na\nb")}},
	{kind: "bare-cr-in-data", opts: with(chunking), does: sends("S: x\r\n\r\na\rb\r\n"),
		not: []play{sends("S: x\r\n\r\na\r\n"), chunks(mail+" BODY=BINARYMIME", "S: x\r\n\r\na\r")}},
	{kind: "nul-in-data", opts: with(chunking), does: sends("S: x\r\n\r\n\x00\r\n"),
		not: []play{sends("S: x\r\n\r\n\x01\r\n"), chunks(mail+" BODY=BINARYMIME", "S: x\r\n\r\n\x00")}},
	{kind: "long-text-line", does: sends("S: x\r\n\r\n" + padded("", 1001) + "\r\n"),
		not: []play{sends("S: x\r\n\r\n" + padded("", 1000) + "\r\n" + padded("..", 1001) + "\r\n")}},
	{kind: "unstuffed-dot", opts: with(chunking), does: sends("S: x\r\n\r\n.a\r\n"),
		not: []play{sends("S: x\r\n\r\n..\r\n..a\r\na.\r\n"), chunks(mail, "S: x\r\n\r\n.a\r\n")}},
	{kind: "8bit-data", does: sends("S: x\r\n\r\nСайн уу\r\n"),
		not: []play{transaction(mail+" BODY=8BITMIME", "S: x\r\n\r\nСайн уу\r\n"), sends("S: х\r\n\r\nx\r\n")}},
	{kind: "8bit-header", does: sends("S: Сайн уу\r\n\r\nx\r\n"),
		not: []play{transaction(mail+" SMTPUTF8", "S: Сайн уу\r\n\r\nx\r\n"), sends("S: x\r\n\r\nСайн уу\r\n")}},
}
