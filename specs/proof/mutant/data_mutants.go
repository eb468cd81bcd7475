package mutant

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// onWire makes a Data of a func that changes the octets as they are.
func onWire(f func([]byte) []byte) func(*Dialogue, []byte) []byte {
	return func(_ *Dialogue, octets []byte) []byte { return f(octets) }
}

var dataMutants = []Mutant{
	{Name: "no-dot-stuffing", Breaks: []string{"data-dots", "data-dots-compose", "data-dotfirst", "data-dotbound", "data-dot-last-no-newline"}, Text: "It sends lines that begin with a dot as they are.",
		Data: onWire(func(p []byte) []byte { return append(Unstuffed(p), ".\r\n"...) })},
	{Name: "dots-doubled-everywhere", Text: "It doubles dots inside lines too.",
		Data: onWire(func(p []byte) []byte {
			return append(bytes.ReplaceAll(Unstuffed(p), []byte("."), []byte("..")), ".\r\n"...)
		})},
	{Name: "lf-line-ends", Breaks: []string{"lint-crlf"}, Text: "It sends LF in place of CRLF in messages.",
		Data: onWire(func(p []byte) []byte {
			return append(bytes.ReplaceAll(p[:len(p)-3], []byte("\r\n"), []byte("\n")), "\r\n.\r\n"...)
		})},
	{Name: "line-ends-as-given", Breaks: []string{"data-lf-input", "data-bare-cr-input", "data-smuggle-lf.lf", "data-smuggle-lf.crlf", "data-smuggle-crlf.lf", "data-smuggle-cr.cr", "data-smuggle-cr.crlf", "data-smuggle-crlf.cr"}, Text: "It sends the line ends of a raw message as they are.",
		Data: func(d *Dialogue, octets []byte) []byte {
			if !d.Draft().Composed() {
				return append(bytes.Clone(d.Draft().Raw), "\r\n.\r\n"...)
			}
			return octets
		}},
	{Name: "bare-cr", Text: "It lets CR through, and adds one.",
		Data: Rewrite(func(msg string) string { return strings.Replace(msg, "\r\n\r\n", "\r\n\r\n\r", 1) })},
	{Name: "extra-crlf", Breaks: []string{"data-no-final-newline", "data-no-extra-crlf", "data-empty-message"}, Text: "It adds an empty line to messages.",
		Data: Rewrite(func(msg string) string { return msg + "\r\n" })},
	{Name: "trims-trailing-blanks", Text: "It trims the blanks at the ends of lines.",
		Data: Rewrite(func(msg string) string {
			return strings.NewReplacer(" \r\n", "\r\n", "\t\r\n", "\r\n").Replace(msg)
		})},
	{Name: "strips-8bit", Breaks: []string{"data-transparent-8"}, Text: "It clears the eighth bit.",
		Data: onWire(func(p []byte) []byte {
			return bytes.Map(func(r rune) rune { return r & 0x7f }, p)
		})},
	{Name: "truncates", Breaks: []string{"data-big"}, Text: "It cuts messages off at 64 KiB.",
		Data: Rewrite(func(msg string) string {
			if len(msg) > 1<<16 {
				return msg[:1<<16] + "\r\n"
			}
			return msg
		})},
	{Name: "no-terminator", Text: "It waits for the final reply without the final dot.",
		Data: onWire(func(p []byte) []byte { return p[:len(p)-3] })},
	{Name: "terminator-with-lf", Text: "It ends the message with LF.LF.",
		Data: onWire(func(p []byte) []byte { return append(p[:len(p)-5:len(p)-5], "\n.\n"...) })},
	{Name: "data-refusal-ignored", Breaks: []string{"data-451", "data-503", "data-554"}, Text: "It sends the message whatever DATA is answered.", In: pretend("354", record.DATA)},
	{Name: "data-not-awaited", Breaks: []string{"data-wait-354", "pipe-not-offered", "pipe-last-only"}, Text: "It sends the message without waiting for 354.",
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.DATA {
				d.Answer("354 surely\r\n")
			}
			return line
		}},
	{Name: "ignores-final-reply", Breaks: []string{"final-451", "final-452", "final-550", "final-554"}, Text: "It takes any final reply for success.", In: pretend("250", record.BODY)},
	{Name: "final-not-awaited", Text: "It does not wait for the final reply.",
		Data: func(d *Dialogue, octets []byte) []byte {
			d.Answer("250 surely\r\n")
			return octets
		}},
}
