package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// attaching is composing for a message with a file.
func attaching(id string, tier int, title string, level rfc.Level, cites, expect string, script *conform.Script, of judge) scenario {
	s := composing(id, tier, title, level, cites, expect, script, of)
	s.Needs = needsAttach
	return s
}

// draft makes the script of a baseline for which one message is composed.
func draft(id, text string, d record.Draft) *conform.Script {
	return &conform.Script{ID: "compose-" + id, Text: "a good server without any extension; " + text, Ask: func(_ conform.Env, j *record.Job) {
		j.Messages = []record.Draft{d}
	}}
}

const (
	longSubject  = "Энэ бол нэлээд урт гарчиг, жаран үсгээс илүү урт гарчиг юм шүү дээ"
	cyrillicText = "Сайн байна уу. Энэ бол кирилл үсгээр бичсэн захидал."
	injection    = "\r\nBcc: evil@example.net\r\n\r\nowned"
)

// The messages that clients compose.
var (
	composedPlain        = draft("plain", "a short message", record.Draft{Subject: "composed", Text: "A line of text.\r\nAnother line.\r\n"})
	composedTwoAuthors   = draft("two-authors", "From has two mailboxes", record.Draft{FromHeader: "A <sender@example.org>, B <b@example.org>", Subject: "two authors", Text: "From both.\r\n"})
	composedCyrillic     = draft("cyrillic", "name, Subject and text are Cyrillic", record.Draft{FromHeader: "Бат Болд <sender@example.org>", Subject: longSubject, Text: cyrillicText + "\r\n"})
	composedOwnFields    = draft("own-fields", "the caller gives Date and Message-ID", record.Draft{Subject: "own", Text: "text\r\n", Headers: [][2]string{{"Date", "Mon, 02 Nov 2026 10:00:00 +0800"}, {"Message-ID", "<own@client.example>"}}})
	composedLineEnds     = draft("line-ends", "lines of the text end with LF, CR and CRLF", record.Draft{Subject: "line ends", Text: "one\ntwo\rthree\r\nfour\n"})
	composedLong         = draft("long-line", "a line of the text has 2500 octets", record.Draft{Subject: "long", Text: strings.Repeat("x", 2500) + "\r\n"})
	composedQuotedName   = draft("quoted-name", "the name in From has a comma and Cyrillic letters", record.Draft{FromHeader: `"Бат, X" <sender@example.org>`, Subject: "name", Text: "text\r\n"})
	composedSpecials     = draft("specials", "the name in From has a comma, parentheses and angle brackets", record.Draft{FromHeader: `"Doe, Joe (x) <y>" <sender@example.org>`, Subject: "name", Text: "text\r\n"})
	composedLongSubject  = draft("long-subject", "the Subject has 300 characters", record.Draft{Subject: strings.TrimSpace(strings.Repeat("words of ten ", 24)), Text: "text\r\n"})
	composedOddText      = draft("odd-text", "the text has blanks at ends of lines, equals signs, dots, long lines and Cyrillic letters", record.Draft{Subject: "odd", Text: "blanks  \r\ntab\t\r\n=3D=\r\n.\r\n..dots\r\nжи " + strings.Repeat("long ", 60) + "\r\n"})
	composedControls     = draft("controls", "the text has a NUL and a control octet", record.Draft{Subject: "controls", Text: "a\x00b\x01c\r\n"})
	composedEmptySubject = draft("empty-subject", "the Subject is empty", record.Draft{Text: "text\r\n"})
	composedParts        = draft("parts", "text, HTML and a file with a Cyrillic name", record.Draft{Subject: "parts", Text: "see the file\r\n", HTML: "<p>see the file</p>\r\n",
		Attachments: []record.Attachment{{Name: "тайлан.pdf", Type: "application/pdf", Data: []byte(strings.Repeat("%PDF\x00\xff--b\r\n", 40))}}})

	injectedSubject = draft("injected-subject", "the Subject has line ends and fields behind them", record.Draft{Subject: "hi" + injection, Text: "text\r\n"})
	injectedName    = draft("injected-name", "the name in To has line ends and fields behind them", record.Draft{Subject: "name", To: "\"R" + injection + "\" <recipient@example.net>", Text: "text\r\n"})
	injectedFile    = draft("injected-file", "the name of a file has a quote, line ends and fields behind them", record.Draft{Subject: "file", Text: "text\r\n",
		Attachments: []record.Attachment{{Name: "a\"" + injection + ".txt", Type: "text/plain", Data: []byte("file\r\n")}}})

	composedBcc = &conform.Script{ID: "compose-bcc", Text: "a good server without any extension; a blind copy goes to bcc@example.net", Ask: conform.AskBcc}
	rawBcc      = &conform.Script{ID: "raw-bcc", Text: "a good server without any extension; the raw message has a Bcc field", Ask: func(_ conform.Env, j *record.Job) {
		raw := strings.Replace(string(conform.RawMessage("Bcc", "text\r\n")), "Subject:", "Bcc: hidden@example.net\r\nSubject:", 1)
		j.Messages = []record.Draft{{Raw: []byte(raw)}}
	}}
)
