package matchers_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/harness/record"
)

// everyMatcher is one of each, by what it is given.
var (
	forMessages = map[string]types.GomegaMatcher{
		"HaveSubject": HaveSubject("x"), "HaveText": HaveText("x"), "HaveHTML": HaveHTML("x"), "HaveVisibleText": HaveVisibleText("x"),
		"HaveHeader": HaveHeader("X", "x"), "HaveAttachment": HaveAttachment("x"), "HavePart": HavePart("text/plain"), "HaveLink": HaveLink("x"),
		"BeWellFormed": BeWellFormed(), "BeSignedBy": BeSignedBy("x"), "BeFrom": BeFrom("x"), "BeAddressedTo": BeAddressedTo("x"),
		"BeSentTo": BeSentTo("x"), "HaveEnvelopeFrom": HaveEnvelopeFrom("x"), "HaveBcc": HaveBcc("x"), "HaveMailParameter": HaveMailParameter("X", "x"),
	}
	forSessions = map[string]types.GomegaMatcher{
		"HaveCommands": HaveCommands("x"), "ContainCommands": ContainCommands("x"), "HaveSent": HaveSent("x"), "HaveReply": HaveReply(harness.RCPT, 250),
		"HaveEndedWith": HaveEndedWith(harness.EndQuit), "HaveUsedTLS": HaveUsedTLS(), "HaveAuthenticatedAs": HaveAuthenticatedAs("x"),
		"HaveGreetedAs": HaveGreetedAs("x"), "HaveLasted": HaveLasted(0),
	}
	forOthers = map[string]types.GomegaMatcher{
		"HaveReceived": HaveReceived(), "HaveReceivedExactly": HaveReceivedExactly(1), "HaveFired": HaveFired(1),
	}
)

var _ = Describe("a matcher that is given", func() {
	wrong := map[string]any{
		"nil": nil, "a text": "x", "a number": 42, "a function": func() {}, "a struct": struct{}{}, "an error": error(record.NewReply(250)),
		"a nil message": (*harness.Message)(nil), "an empty message": &harness.Message{}, "a nil record": (*record.Message)(nil),
		"a nil session": (*harness.Session)(nil), "a nil server": (*harness.Server)(nil), "a nil rule": (*harness.Rule)(nil),
		"a list of a nil message": []*harness.Message{nil}, "a list of a nil session": []*harness.Session{nil},
		"no session": []*harness.Session{}, "sessions": []*harness.Session{{}, {}},
	}
	for what, actual := range wrong {
		It(what+" returns an error", func() {
			for _, all := range []map[string]types.GomegaMatcher{forMessages, forSessions, forOthers} {
				for name, m := range all {
					Expect(mistake(actual, m)).To(HavePrefix("mailmatch: to "), name)
					Expect(m.FailureMessage(actual)).NotTo(BeEmpty(), name)
					Expect(m.NegatedFailureMessage(actual)).NotTo(BeEmpty(), name)
				}
			}
		})
	}

	It("a thing of another kind tells what to write", func() {
		Expect(mistake(nil, HaveSubject("x"))).To(Equal(`mailmatch: to have subject "x" needs a *harness.Message, not nil`))
		Expect(mistake("Сайн", HaveSubject("x"))).To(Equal(`mailmatch: to have subject "x" needs a *harness.Message, not the string "Сайн"`))
		Expect(mistake(&harness.Server{}, BeFrom("a@b.c"))).To(Equal(`mailmatch: to be From a@b.c needs a *harness.Message, not a *harness.Server; put HaveReceived(…) around it`))
		Expect(mistake(mail("x"), HaveUsedTLS())).To(Equal(`mailmatch: to have used TLS needs a *harness.Session or a server with one, not a *message.Message`))
		Expect(mistake(mail("x"), HaveReceived(HaveText("x")))).To(Equal(`mailmatch: to have received a message that would have text "x" needs a *harness.Server, or []*harness.Message, not a *message.Message`))
		Expect(mistake([]*harness.Session{{}, {}}, HaveUsedTLS())).To(Equal(`mailmatch: to have used TLS needs one session, but the list has 2; write Expect(list).To(ContainElement(…)), or take one of them`))
		Expect(mistake((*harness.Rule)(nil), HaveFired(2))).To(Equal(`mailmatch: to have fired 2 times needs a harness.Rule, not a nil *wire.Rule`))
	})
	It("a server tells how many sessions there are", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.InMemory())
		Expect(mistake(srv, HaveUsedTLS())).To(Equal(`mailmatch: to have used TLS needs one session, but the server has none; if one is on its way, write Eventually(srv).Should(…)`))
		deliver(ctx, srv, "x\r\n")
		Expect(srv).NotTo(HaveUsedTLS())
		deliver(ctx, srv, "x\r\n")
		Expect(mistake(srv, HaveUsedTLS())).To(Equal(`mailmatch: to have used TLS needs one session, but the server has 2; write Expect(srv.Sessions()).To(ContainElement(…)), or take one of them`))
	})
})

var _ = DescribeTable("a matcher that wants the impossible",
	func(m types.GomegaMatcher, text string) {
		Expect(mistake(sent(), m)).To(HavePrefix("mailmatch: to " + text))
	},
	Entry("a number for a text", HaveSubject(42), `have subject 42: it is compared with a string or a matcher, not with the int 42`),
	Entry("nil", HaveText(nil), `have text nil: it is compared with a string or a matcher, not with nil`),
	Entry("a matcher of another type", HaveSubject(BeNumerically(">", 1)), `have subject that BeNumerically(">", 1): BeNumerically(">", 1): Expected a number.  Got:`+"\n"+`    <string>: Захиалга 42`),
	Entry("a missing field", HaveHeader("X-B", 42), `have header X-B 42: it is compared with a string or a matcher, not with the int 42`),
	Entry("a field", HaveHeader("X-A", 42), `have header X-A 42: it is compared with a string or a matcher, not with the int 42`),
	Entry("a link", HaveLink(42), `have link 42: it is compared with a string or a matcher, not with the int 42`),
	Entry("an author", BeFrom(42), `be From 42: it is compared with a string or a matcher, not with the int 42`),
	Entry("a sender", HaveEnvelopeFrom(nil), `have envelope sender nil (MAIL FROM): it is compared with a string or a matcher, not with nil`),
	Entry("a blind copy", HaveBcc(nil), `have blind copy nil (RCPT TO, but in no header): it is compared with a string or a matcher, not with nil`),
	Entry("a parameter", HaveMailParameter("SIZE", 10), `have MAIL parameter SIZE 10: it is compared with a string or a matcher, not with the int 10`),
	Entry("a condition of nil", HaveAttachment("*", nil), `have attachment "*" that nil: a condition is nil`),
	Entry("a condition of a part", HavePart("text/plain", HaveField("X", 1)), `have part text/plain that HaveField("X", 1): HaveField could not find field named 'X' in struct:`+"\n"),
)

var _ = It("wants of a session are checked too", func() {
	Expect(mistake(session(), HaveSent(1))).To(Equal(`mailmatch: to have sent 1: it is compared with a string or a matcher, not with the int 1`))
	Expect(mistake(session(), HaveGreetedAs(1))).To(Equal(`mailmatch: to have greeted as 1: it is compared with a string or a matcher, not with the int 1`))
	Expect(mistake(session(), HaveLasted(1))).To(Equal(`mailmatch: to have lasted 1: it is compared with a time.Duration or a matcher, not with the int 1`))
	Expect(mistake(session(), HaveReply("LUNCH", 250))).To(HavePrefix(`mailmatch: to have reply 250 at LUNCH: there is no such stage, only [CONNECT EHLO`))
	Expect(mistake(session(), HaveUsedTLS(1, 2))).To(HaveSuffix(`: give one version at most`))
	Expect(mistake(twoMessages(), HaveReceived(nil))).To(HaveSuffix(`: a condition is nil`))
	Expect(mistake(twoMessages(), HaveReceived(HaveUsedTLS()))).To(Equal(`mailmatch: to have received a message that would have used TLS could not be told of message ` + first +
		`: mailmatch: to have used TLS needs a *harness.Session or a server with one, not a *message.Message`))
})
