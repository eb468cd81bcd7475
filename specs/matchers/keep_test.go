package matchers_test

import (
	netmail "net/mail"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/lint"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

const (
	proper = `SMTP session 1 from 127.0.0.1:34540
    +0.0ms  S: 220 mx.harness.test ESMTP ready
    +0.1ms  C: EHLO mail.example.mn
    +0.2ms  S: 250 mx.harness.test
    +0.3ms  C: QUIT
    +0.4ms  S: 221 2.0.0 Bye
  end: QUIT`
	rude = `SMTP session 2 from 127.0.0.1:34542
    +0.0ms  S: 220 mx.harness.test ESMTP ready
    +0.1ms  C: EHLO localhost
    +0.2ms  S: 250 mx.harness.test
  end: client closed the connection without QUIT`
	whole = "From: =?utf-8?B?0JTQvtGA0LY=?= <shop@example.mn>\r\nTo: bat@example.com\r\nDate: Tue, 03 Mar 2026 09:15:00 +0800\r\n" +
		"Message-ID: <a1@example.mn>\r\nSubject: =?utf-8?B?0JfQsNGF0LjQsNC70LPQsA==?=\r\n\r\nSain baina uu.\r\n"
)

func mailOf(raw string) *record.Message {
	m := &record.Message{ID: 3}
	m.SetRaw([]byte(raw))
	return m
}

var _ = Describe("KeepTheRules", func() {
	It("tells of a session what it breaks, by which RFC, and what is advised", func() {
		Expect(dialogue(proper)).To(KeepTheRules())
		Expect(failure(dialogue(rude), KeepTheRules())).To(Equal(lines(
			"Expected SMTP session 2 to keep the rules",
			"but it breaks 1:",
			"    quit-sent (MUST, RFC 5321 §4.1.1.10) command 1: the client closed an idle session without QUIT",
			"and goes against advice:",
			`    ehlo-domain-name (SHOULD, RFC 5321 §2.3.5) command 1: a name of one label: "EHLO localhost"`,
			rude)))
		Expect(negated(dialogue(proper), KeepTheRules())).To(Equal("Expected SMTP session 1 not to keep the rules\n" + proper))
	})
	It("takes no advice for a breach, and leaves rules out by name", func() {
		Expect(dialogue(rude)).To(KeepTheRules("quit-sent"))
		Expect(dialogue(rude)).NotTo(KeepTheRules("data-dots"))
		Expect(negated(dialogue(proper), KeepTheRules("quit-sent", "data-dots"))).To(HavePrefix(
			"Expected SMTP session 1 not to keep the rules except quit-sent data-dots"))
		Expect(mistake(dialogue(rude), KeepTheRules("quit-snet"))).To(Equal(
			`mailmatch: to keep the rules except quit-snet knows no rule "quit-snet"; smtpspec lint --list lists them`))
	})
	It("looks at each session of a list", func() {
		list := []*harness.Session{dialogue(proper), dialogue(rude)}
		text := failure(list, KeepTheRules())
		Expect(text).To(HavePrefix("Expected SMTP session 2 to keep the rules"))
		Expect(text).NotTo(ContainSubstring("session 1"))
	})
	It("looks at a message", func() {
		Expect(mailOf(whole)).To(KeepTheRules())
		Expect(failure(mailOf("Subject: Захиалга\r\n"+whole), KeepTheRules())).To(Equal(lines(
			`Expected message #3 "Захиалга" from <> to nobody, 231 bytes`,
			"    to keep the rules", "but it breaks 2:",
			`    lint-unique-headers (MUST, RFC 5322 §3.6) message #3: Subject stands once more at 166: "Subject: =?utf-8?B?0JfQsNGF0LjQsNC70LPQsA==?="`,
			`    lint-header-8bit (MUST, RFC 5322 §2.2) message #3: octets beyond ASCII in the header at 0: "Subject: Захиалга"`)))
		Expect([]*record.Message{mailOf(whole)}).To(ContainElement(KeepTheRules()))
	})
	It("has nothing to say of what the sender does", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		opts := &sender.Options{Hello: "mail.example.mn"}
		m := &sender.Message{From: []netmail.Address{{Name: "Дорж", Address: "dorj@example.mn"}}, To: []netmail.Address{{Name: "Бат", Address: "bat@example.com"}},
			Subject: "Захиалга", Text: "Сайн байна уу?\n.\n"}
		raw, err := m.Bytes()
		Expect(err).NotTo(HaveOccurred())
		_, err = sender.SendMail(ctx, srv.Addr(), opts, "dorj@example.mn", []string{"bat@example.com"}, raw)
		Expect(err).NotTo(HaveOccurred())
		Expect(lint.Session(srv.Sessions()[0])).To(BeEmpty())
	})
	It("is told what it was given wrongly", func() {
		for what, actual := range map[string]any{
			"nil": nil, "a text": "x", "a nil message": (*harness.Message)(nil), "a nil session": (*harness.Session)(nil),
			"a nil server": (*harness.Server)(nil), "no session": []*harness.Session{}, "a list of nil": []*harness.Session{nil},
		} {
			m := KeepTheRules()
			Expect(mistake(actual, m)).To(HavePrefix("mailmatch: to keep the rules needs "), what)
			Expect(m.FailureMessage(actual)).NotTo(BeEmpty(), what)
			Expect(m.NegatedFailureMessage(actual)).NotTo(BeEmpty(), what)
		}
	})
	It("looks at a server, with the messages of its sessions", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		Expect(mistake(srv, KeepTheRules())).To(ContainSubstring("the server has none"))
		deliver(ctx, srv, whole)
		Expect(srv).To(KeepTheRules())
		Expect(KeepTheRules().(OracleMatcher).MatchMayChangeInTheFuture(srv)).To(BeTrue())
		deliver(ctx, srv, "Subject: x\r\n\r\nСайн\r\n")
		text := failure(srv, KeepTheRules())
		Expect(text).To(HavePrefix("Expected SMTP session 2 to keep the rules\nbut it breaks"))
		Expect(text).To(ContainSubstring("    lint-date (MUST, RFC 5322 §3.6.1) message #2: there is no Date field\n"))
		Expect(text).To(ContainSubstring("lint-cte-truth (MUST, RFC 2045 §6.2) message #2: 7bit, with octets beyond ASCII at 14: "))
		Expect(text).To(HaveSuffix(transcriptOf(srv.Sessions()[1])))
		Expect(KeepTheRules().(OracleMatcher).MatchMayChangeInTheFuture(srv)).To(BeFalse())
	})
})
