package mutant

import (
	"regexp"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// noting makes an In that remembers whether EHLO offered a keyword.
func noting(keyword string) func(*Dialogue, string) string {
	return func(d *Dialogue, reply string) string {
		if d.Stage() == record.EHLO {
			d.Set(keyword, Offers(reply, keyword))
		}
		return reply
	}
}

// whereOffered makes an Out that adds a parameter to MAIL where noting saw the
// keyword.
func whereOffered(keyword, p string) func(*Dialogue, string) string {
	return func(d *Dialogue, line string) string {
		if d.Stage() == record.MAIL && d.Get(keyword) == true && !strings.Contains(line, p) {
			return strings.TrimSuffix(line, "\r\n") + p + "\r\n"
		}
		return line
	}
}

var oddSize = regexp.MustCompile(`SIZE( [^0-9\r]\w*| \d{20,})?\r\n`)

var keywordParameter = regexp.MustCompile(`SMTPUTF8 [^\r]+`)

// One for each scenario of size, 8bit and utf8 that a general one does not show in.
var offerMutants = []Mutant{
	{Name: "tries-size", Breaks: []string{"size-not-offered"}, Text: "It tries SIZE= where SIZE is not offered, before it leaves.",
		In: noting("SIZE"), Out: lines(record.QUIT, func(line string) string { return "MAIL FROM:<> SIZE=1000\r\n" + line })},
	{Name: "odd-size-is-a-limit", Breaks: []string{"size-no-param", "size-overflow", "size-garbage"}, Text: "It takes a SIZE that is no number it can read for a small limit.",
		In: replies(record.EHLO, func(reply string) string { return oddSize.ReplaceAllString(reply, "SIZE 1\r\n") })},
	{Name: "body-where-offered", Breaks: []string{"8bit-ascii"}, Text: "It declares BODY=8BITMIME wherever it can.",
		In: noting("8BITMIME"), Out: whereOffered("8BITMIME", " BODY=8BITMIME")},
	{Name: "smtputf8-where-offered", Breaks: []string{"utf8-not-needed"}, Text: "It sends SMTPUTF8 wherever it can.",
		In: noting("SMTPUTF8"), Out: whereOffered("SMTPUTF8", " SMTPUTF8")},
	{Name: "keyword-without-parameters", Breaks: []string{"utf8-param-ignored"}, Text: "It does not know SMTPUTF8 when something stands behind it.",
		In: replies(record.EHLO, func(reply string) string { return keywordParameter.ReplaceAllString(reply, "X-OTHER") })},
	{Name: "sends-u-labels", Breaks: []string{"utf8-idn-only"}, Text: "It sends a domain as it was written.",
		Out: lines(record.RCPT, func(line string) string { return strings.ReplaceAll(line, "xn--80ab6c", "бат") })},
	{Name: "strips-combining-characters", Breaks: []string{"utf8-normalisation"}, Text: "It drops combining characters from recipients.",
		Out: lines(record.RCPT, func(line string) string { return strings.ReplaceAll(line, "\u0301", "") })},
	{Name: "undeclared-utf8-header", Breaks: []string{"utf8-header-not-offered", "utf8-header-offered"}, Text: "It writes the names and subjects of messages in UTF-8, whatever the server offers.",
		Message: func(_ *Job, msg []byte) []byte {
			return []byte(strings.NewReplacer("Бат", "Bat", "Сайн байна уу", "Hello").Replace(string(msg)))
		},
		Data: Rewrite(func(msg string) string {
			return strings.Replace(msg, "Subject: Hello\r\n", "Subject: Сайн байна уу\r\n", 1)
		})},
	{Name: "utf8-mailbox-as-idn", Breaks: []string{"utf8-addr-not-offered"}, Text: "It sends a local-part beyond ASCII in place of refusing it.",
		Job: func(j *Job) {
			j.Rcpts = slices.Clone(j.Rcpts)
			for i := range j.Rcpts {
				j.Rcpts[i] = strings.Replace(j.Rcpts[i], "бат@", "bat@", 1)
			}
		},
		Out: lines(record.RCPT, func(line string) string { return strings.Replace(line, "bat@", "бат@", 1) })},
	{Name: "8bit-without-mime", Breaks: []string{"8bit-needs-mime"}, Text: "It sends 8-bit text whose charset nobody can tell.",
		Message: func(_ *Job, msg []byte) []byte {
			return []byte(strings.ReplaceAll(string(msg), "Сайн байна уу\r\n", "Sain baina uu\r\n"))
		},
		Data: Rewrite(func(msg string) string {
			return strings.ReplaceAll(msg, "Sain baina uu\r\n", "Сайн байна уу\r\n")
		})},
}
