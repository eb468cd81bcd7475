package mutant

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// draftOf returns the draft of the message at hand.
func draftOf(d *Dialogue) *record.Draft { return &d.Job().Messages[d.Count()-1] }

// splitWords encodes text in words of n octets each, whatever its characters are.
func splitWords(text string, n int) string {
	var words []string
	for piece := range slices.Chunk([]byte(text), n) {
		words = append(words, "=?utf-8?B?"+base64.StdEncoding.EncodeToString(piece)+"?=")
	}
	return strings.Join(words, "\r\n ")
}

// parts makes a Job that changes drafts before they are composed.
func parts(f func(*record.Draft)) func(*Job) {
	return func(j *Job) {
		j.Messages = slices.Clone(j.Messages)
		for i := range j.Messages {
			if m := &j.Messages[i]; m.Composed() {
				m.Attachments = slices.Clone(m.Attachments)
				f(m)
			}
		}
	}
}

var fileName = regexp.MustCompile(`filename\*[^\r\n;]*`)

var lintMutants = []Mutant{
	{Name: "removes-bcc", Breaks: []string{"lint-bcc-raw"}, Text: "It takes Bcc out of raw messages.",
		Message: func(_ *Job, msg []byte) []byte { return []byte(WithoutField(string(msg), "Bcc")) }},
	{Name: "splits-characters", Breaks: []string{"lint-encoded-word-split"}, Text: "It ends encoded-words inside characters.",
		Data: composing(func(d *Dialogue, msg string) string {
			if subject := draftOf(d).Subject; strings.Contains(subject, "Энэ") {
				return WithField(WithoutField(msg, "Subject"), "Subject: "+splitWords(subject, 10))
			}
			return msg
		})},
	{Name: "encodes-inside-quotes", Breaks: []string{"lint-encoded-word-place"}, Text: "It encodes a name inside its quotes.",
		Data: composing(func(d *Dialogue, msg string) string {
			if name, rest, found := strings.Cut(strings.TrimPrefix(draftOf(d).FromHeader, `"`), `"`); found {
				return WithField(WithoutField(msg, "From"), `From: "`+oneWord(name)+`"`+rest)
			}
			return msg
		})},
	{Name: "names-without-quotes", Breaks: []string{"lint-phrase-quoting"}, Text: "It writes names without quotes.",
		Data: composing(func(d *Dialogue, msg string) string {
			if from := draftOf(d).FromHeader; strings.HasPrefix(from, `"Doe`) {
				return WithField(WithoutField(msg, "From"), "From: "+strings.ReplaceAll(from, `"`, ""))
			}
			return msg
		})},
	{Name: "injection-by-name", Breaks: []string{"lint-name-crlf"}, Text: "It writes line ends in a name as they are.",
		Job: parts(func(m *record.Draft) {
			if strings.Contains(m.To, "\r") {
				m.To, m.Subject = "", "injected"
			}
		}),
		Data: replaced(`^((?s:.*)Subject: injected\r\n)`, "To: R\r\nBcc: evil@example.net\r\n$1")},
	{Name: "injection-by-file", Breaks: []string{"lint-filename-crlf"}, Text: "It writes line ends in the name of a file as they are.",
		Job: parts(func(m *record.Draft) {
			for i := range m.Attachments {
				if strings.Contains(m.Attachments[i].Name, "\r") {
					m.Attachments[i].Name = "injected.txt"
				}
			}
		}),
		Data: replaced(`injected\.txt`, "a\"\r\nBcc: evil@example.net\r\n\r\nowned")},
	{Name: "8bit-called-7bit", Breaks: []string{"lint-cte-truth"}, Text: "It declares 7bit for text that it does not encode.",
		Data: composing(func(d *Dialogue, msg string) string {
			if text := draftOf(d).Text; strings.Contains(text, "кирилл") {
				header, _ := parted(WithField(WithoutField(msg, "Content-Transfer-Encoding"), "Content-Transfer-Encoding: 7bit"))
				return header + "\r\n" + text
			}
			return msg
		})},
	{Name: "file-name-as-word", Breaks: []string{"lint-filename"}, Text: "It writes the name of a file as an encoded-word.",
		Data: composing(func(_ *Dialogue, msg string) string {
			return fileName.ReplaceAllLiteralString(msg, `filename="`+oneWord("тайлан.pdf")+`"`)
		})},
	{Name: "controls-as-given", Breaks: []string{"lint-nul-ctl"}, Text: "It writes NUL and control octets as they are.",
		Job:  parts(func(m *record.Draft) { m.Text = strings.Replace(m.Text, "a\x00b\x01c", "abc", 1) }),
		Data: replaced(`(?m)^abc\r`, "a\x00b\x01c\r")},
	{Name: "folds-nothing", Breaks: []string{"lint-empty-header"}, Text: "It folds an empty Subject.",
		Data: composing(func(d *Dialogue, msg string) string {
			if draftOf(d).Subject == "" {
				return WithField(WithoutField(msg, "Subject"), "Subject:\r\n ")
			}
			return msg
		})},
}
