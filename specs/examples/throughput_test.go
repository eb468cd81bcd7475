package examples_test

import (
	"net/smtp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gmeasure"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// A measurement belongs into the report. An assertion about it would depend on
// the machine.
var _ = Describe("throughput", Serial, Label("measurement"), func() {
	It("of SendMail", func() {
		srv := harness.NewServer(GinkgoT())
		e := gmeasure.NewExperiment("SendMail, one connection each")
		AddReportEntry(e.Name, e)
		m := mimeMessage("s", body)
		e.Sample(func(int) {
			e.MeasureDuration("send", func() {
				Expect(smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, m)).To(Succeed())
			}, gmeasure.Precision(time.Microsecond))
		}, gmeasure.SamplingConfig{N: 50})

		Expect(e.GetStats("send").DurationFor(gmeasure.StatMax)).To(BeNumerically(">", 0))
		Expect(srv).To(HaveReceivedExactly(50, HaveText(body)))
	})
})
