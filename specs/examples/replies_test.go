package examples_test

import (
	"errors"
	"fmt"
	"net/smtp"
	"net/textproto"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = DescribeTable("replies become errors",
	func(stage harness.Stage, code int, temporary bool) {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.On(stage).Reply(code, "test reply")))
		err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, mimeMessage("s", "t"))

		var te *textproto.Error
		Expect(errors.As(err, &te)).To(BeTrue(), "got %v", err)
		Expect(te.Code).To(Equal(code))
		Expect(te.Code/100 == 4).To(Equal(temporary))
		Expect(srv).To(HaveReply(stage, code))
		Expect(srv).NotTo(HaveReceived())
	},
	func(stage harness.Stage, code int, temporary bool) string {
		return fmt.Sprintf("%d at %s", code, stage)
	},
	Entry(nil, harness.CONNECT, 554, false), Entry(nil, harness.CONNECT, 421, true),
	Entry(nil, harness.MAIL, 451, true), Entry(nil, harness.MAIL, 553, false),
	Entry(nil, harness.RCPT, 452, true), Entry(nil, harness.RCPT, 550, false),
	Entry(nil, harness.DATA, 451, true), Entry(nil, harness.DATA, 554, false),
	Entry(nil, harness.BODY, 452, true), Entry(nil, harness.BODY, 552, false),
)
