package mutant

import (
	"bytes"
	"context"
	"crypto/tls"
	"regexp"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// rewriting makes an Out that replaces what a pattern matches in lines of a stage.
func rewriting(stage record.Stage, pattern, by string) func(*Dialogue, string) string {
	re := regexp.MustCompile(pattern)
	return lines(stage, func(line string) string { return re.ReplaceAllString(line, by) })
}

// asksRequireTLS is the name in EHLO of a mutant that was asked for REQUIRETLS.
const asksRequireTLS = "requiretls.client.example"

// Mutants of the extensions that few clients speak.
var serviceMutants = []Mutant{
	{Name: "tries-bdat", Breaks: []string{"bdat-not-offered"}, Text: "It tries BDAT where CHUNKING is not offered, before it leaves.",
		In: noting("CHUNKING"), Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.QUIT && d.Get("CHUNKING") == false {
				return "BDAT 0 LAST\r\n" + line
			}
			return line
		}},
	{Name: "bdat-refusal-ignored", Breaks: []string{"bdat-error"}, Text: "It sends further chunks behind a refused one.", In: pretend("250", record.BDAT)},
	{Name: "data-among-chunks", Breaks: []string{"bdat-no-mix"}, Text: "It sends DATA between chunks.",
		Out: func(_ *Dialogue, line string) string {
			if strings.HasPrefix(line, "BDAT ") {
				return "BDAT 0\r\nDATA\r\n" + line
			}
			return line
		}},
	{Name: "empty-last-chunk", Breaks: []string{"bdat-zero-last"}, Text: "It ends messages with an empty chunk.",
		Out: func(_ *Dialogue, line string) string {
			if strings.HasPrefix(line, "BDAT ") {
				return strings.Replace(line, " LAST", "", 1)
			}
			return line
		},
		Chunk: func(d *Dialogue, p []byte) []byte {
			if strings.Contains(d.Command(), "LAST") {
				return append(bytes.Clone(p), "BDAT 0 LAST\r\n"...)
			}
			return p
		}},
	{Name: "binary-by-data", Breaks: []string{"bdat-binarymime"}, Text: "It declares BODY=BINARYMIME and sends DATA.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() != record.EHLO || !Offers(reply, "BINARYMIME") || Offers(reply, "DSN") {
				return reply
			}
			d.Set("binary", true)
			return Withdraw(reply, "CHUNKING")
		},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.MAIL && d.Get("binary") == true {
				return strings.TrimSuffix(bodyParam.ReplaceAllString(line, ""), "\r\n") + " BODY=BINARYMIME\r\n"
			}
			return line
		}},
	{Name: "never-and-failure", Breaks: []string{"dsn-notify"}, Text: "It sends NOTIFY=NEVER,FAILURE.", Out: rewriting(record.RCPT, `NOTIFY=NEVER`, "NOTIFY=NEVER,FAILURE")},
	{Name: "ret-body", Breaks: []string{"dsn-ret"}, Text: "It sends RET=BODY.", Out: rewriting(record.MAIL, `RET=FULL`, "RET=BODY")},
	{Name: "envid-as-given", Breaks: []string{"dsn-xtext"}, Text: "It sends ENVID without encoding it.", Out: rewriting(record.MAIL, `ENVID=a\+2Bb\+3Dc\+20d`, "ENVID=a+b=c")},
	{Name: "orcpt-without-type", Breaks: []string{"dsn-orcpt-type"}, Text: "It sends ORCPT without the type of the address where success is to be told.", Out: rewriting(record.RCPT, `(NOTIFY=SUCCESS,\S+) ORCPT=rfc822;`, "$1 ORCPT=")},
	{Name: "tries-ehlo-in-lmtp", Breaks: []string{"lmtp-lhlo"}, Text: "It says EHLO to LMTP first.",
		Out: func(_ *Dialogue, line string) string {
			if name, found := strings.CutPrefix(line, "LHLO "); found {
				return "EHLO " + name + line
			}
			return line
		}},
	{Name: "lmtp-on-25", Breaks: []string{"lmtp-port"}, Text: "It speaks LMTP to port 25.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			if job.LMTP {
				job.Addr = regexp.MustCompile(`:25$`).ReplaceAllString(job.Addr, ":2525")
			}
			return send(ctx, job)
		}},
	{Name: "requiretls-unverified", Breaks: []string{"rtls-cert"}, Text: "It sends REQUIRETLS inside TLS that it has not verified.",
		Job: func(j *Job) {
			if j.RequireTLS {
				j.RequireTLS, j.Helo = false, asksRequireTLS
			}
		},
		TLS: func(c *tls.Config) { c.InsecureSkipVerify = true },
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.MAIL && d.Job().Helo == asksRequireTLS {
				return strings.TrimSuffix(line, "\r\n") + " REQUIRETLS\r\n"
			}
			return line
		}},
}
