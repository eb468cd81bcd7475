package examples_test

import (
	"net/smtp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

const invoice = `From: shop@example.mn
To: bat@example.com
Subject: inv
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=q

--q
Content-Type: text/plain; charset=utf-8

hello
--q
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''%D0%9D%D1%8D%D1%85%D1%8D%D0%BC%D0%B6%D0%BB%D1%8D%D1%85.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--q--
`

var _ = Describe("blind copies and attachments", func() {
	It("keeps Bcc out of the headers and names the file in Cyrillic", func() {
		srv := harness.NewServer(GinkgoT())
		raw := []byte(strings.ReplaceAll(invoice, "\n", "\r\n"))
		Expect(smtp.SendMail(srv.Addr(), nil, "shop@example.mn", []string{"bat@example.com", "audit@example.mn"}, raw)).To(Succeed())

		Expect(srv).To(HaveReceivedExactly(1, BeAddressedTo("bat@example.com"), HaveBcc("audit@example.mn"), BeWellFormed(),
			HaveAttachment("Нэхэмжлэх.pdf", HaveField("ContentType", "application/pdf"), HaveField("Body", HavePrefix("%PDF-")))))
	})
})
