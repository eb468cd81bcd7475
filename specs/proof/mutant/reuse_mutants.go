package mutant

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var reuseMutants = []Mutant{
	{Name: "rset-refusal-ignored", Breaks: []string{"reuse-rset-refused"}, Text: "It takes a refused RSET for accepted.", In: pretend("250", record.RSET)},
	{Name: "rset-decides", Breaks: []string{"reuse-rset-drop"}, Text: "It sends RSET at the end, and reports the messages as failed when that fails.",
		Out: lines(record.QUIT, func(line string) string { return "RSET\r\n" + line }),
		In: func(d *Dialogue, reply string) string {
			d.Set("last", d.Stage())
			return reply
		},
		Report: func(d *Dialogue, err error) error {
			if err == nil && d.Get("last") == record.BODY {
				return &Claim{Text: "RSET failed", Transient: true}
			}
			return err
		}},
	{Name: "connects-once", Breaks: []string{"reuse-idle"}, Text: "It does not connect again when the connection is gone.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			dial, dialled := job.Dial, false
			job.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dialled {
					return nil, errors.New("once is enough")
				}
				dialled = true
				return dial(ctx, network, addr)
			}
			return send(ctx, job)
		}},
	{Name: "limits-unknown", Breaks: []string{"reuse-mailmax"}, Text: "It does not know LIMITS.",
		In: replies(record.EHLO, func(reply string) string { return Withdraw(reply, "LIMITS") })},
	{Name: "shell-splits-sender", Breaks: []string{"sec-env-expansion"}, Text: "It hands the reverse-path to a shell, which takes it apart at blanks.",
		Out: lines(record.MAIL, func(line string) string {
			if before, _, found := strings.Cut(strings.TrimPrefix(line, "MAIL FROM:<"), " -o"); found {
				return "MAIL FROM:<" + strings.Trim(before, `"\`) + "@example.org>\r\n"
			}
			return line
		})},
}
