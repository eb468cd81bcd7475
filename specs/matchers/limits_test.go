package matchers_test

import (
	"crypto/tls"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("a failure stays short", func() {
	many := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("a%d@example.mn", i))
		}
		return all
	}

	It("when the recipients are many", func() {
		Expect(failure(mailTo(1, "x\n", many(1000)...), BeSentTo("x"))).To(HaveSuffix(`"a29@example.mn" and 970 more]`))
	})
	It("when the header fields are many", func() {
		var header strings.Builder
		for i := range 100 {
			fmt.Fprintf(&header, "X-%d: 1\n", i)
		}
		Expect(failure(mail(header.String()+"\n"), HaveHeader("To", "x"))).To(HaveSuffix(`X-28, X-29, and 70 more`))
	})
	It("when the commands are many", func() {
		s := dialogue("S: 220 ready\n" + strings.Repeat("C: NOOP\nS: 250 Ok\n", 100))
		Expect(failure(s, HaveCommands("NOOP"))).To(ContainSubstring("NOOP NOOP and 70 more\n"))
	})
	It("when a matcher of Gomega prints the whole text", func() {
		m := mail("Subject: x\n\n" + strings.Repeat("Монгол", 100) + "\n")
		text := failure([]*harness.Message{m}, HaveReceived(HaveField("Text()", "y")))
		Expect(text).To(ContainSubstring("МонголМ…\n"))
		Expect(len(text)).To(BeNumerically("<", 1500))
	})
	It("when lines of Cyrillic are long, and cuts no letter", func() {
		line := strings.Repeat("ү", 100)
		m := mail("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nя" + line + "а" + line + "я\n")
		Expect(failure(m, HaveText("я"+line+"б"+line+"я"))).To(HaveSuffix(lines(
			`but it differs at line 1, column 102`,
			`    want "…`+strings.Repeat("ү", 30)+`б`+strings.Repeat("ү", 29)+`…"`,
			`    has  "…`+strings.Repeat("ү", 30)+`а`+strings.Repeat("ү", 29)+`…"`,
			strings.Repeat(" ", 41)+`^`)))
	})
})

var _ = Describe("what is not the usual", func() {
	It("is an author without a name", func() {
		Expect(failure(mail("From: shop@example.mn\n\nx\n"), BeFrom("a@b.c"))).To(HaveSuffix("but it has\n    shop@example.mn"))
	})
	It("is a version of TLS that nobody knows", func() {
		s := session()
		s.TLS = &harness.TLS{Version: "TLS 9"}
		Expect(failure(s, HaveUsedTLS(tls.VersionTLS12))).To(ContainSubstring("\nbut it used TLS 9\n"))
	})
	It("is a list of messages where one is asked for", func() {
		Expect(mistake(twoMessages().Messages(), HaveSubject("x"))).To(Equal(`mailmatch: to have subject "x" needs a *harness.Message, not a []*message.Message; put HaveReceived(…) around it`))
	})
	It("is an owner of messages that has no name", func() {
		Expect(failure(struct{ *post }{&post{}}, HaveReceived())).To(HavePrefix("Expected mailbox to have received a message\n"))
	})
})
