package matchers_test

import (
	"regexp"
	"strconv"
	"unicode"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// hostile clears a screen, changes the direction of text, and talks to a build
// service.
const hostile = "\x1b[2J\u202eтавтай\x00\u009b31m\n::error::##vso[task]\u200b"

// hostileMessage has it wherever a client can put it.
func hostileMessage() *harness.Message {
	r := &record.Message{ID: 1, Envelope: record.Envelope{
		From: hostile, Params: map[string]string{hostile: hostile},
		Recipients: []record.Recipient{
			{Address: hostile, Reply: record.NewReply(250, "Ok")},
			{Address: "bad" + hostile, Reply: record.NewReply(550, hostile)},
		},
	}}
	const folded = "\x1b[2J\u202eтавтай\x00\u009b31m\r\n ::error::##vso[task]\u200b"
	r.SetRaw([]byte("From: \"" + folded + "\" <" + folded + "@x>\r\nTo: <" + folded + "@x>\r\nSubject: " + folded + "\r\nX-A" + "\x1b[2J: " + folded +
		"\r\nX-A: " + folded + "\r\nDKIM-Signature: d=" + folded + "; s=" + folded + "; " + folded + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n" +
		"--q\r\nContent-Type: text/plain\r\n\r\n" + hostile + " https://example.mn/" + hostile + "\r\n" +
		"--q\r\nContent-Type: text/html\r\n\r\n<a href=\"" + hostile + "\">" + hostile + "</a>\r\n" +
		"--q\r\nContent-Type: application/" + folded + "; name=\"" + folded + "\"\r\n\r\nx\r\n--q--\r\n"))
	return message.Of(r)
}

func hostileSession() *harness.Session {
	s := &harness.Session{ID: 1, Remote: "memory", Hello: hostile, EndDetail: hostile, End: harness.EndTLSFailed,
		Greeting: record.NewReply(220, "ready"),
		TLS:      &harness.TLS{Version: "TLS 1.2", Cipher: "x", ServerName: hostile},
		Auth:     []harness.AuthAttempt{{Mechanism: hostile, Username: hostile}}}
	c := record.NewCommand("EHLO " + hostile)
	c.Reply = record.NewReply(250, hostile)
	odd := record.NewCommand(hostile)
	s.Commands = []harness.Command{c, odd}
	return s
}

// dangerous returns what of a text must not reach a terminal or a build
// service.
func dangerous(text string) []string {
	var all []string
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			all = append(all, strconv.QuoteRuneToASCII(r))
		}
	}
	return append(all, regexp.MustCompile(`(?m)^::|##`).FindAllString(text, -1)...)
}

var _ = Describe("what a hostile client sent", func() {
	inner := map[string]any{"an equal value": "үгүй", "a matcher": ContainSubstring("үгүй"), "a matcher that prints lines": HaveLen(7)}
	for how, want := range inner {
		It("reaches no terminal when a message is compared with "+how, func() {
			for name, m := range map[string]types.GomegaMatcher{
				"HaveSubject": HaveSubject(want), "HaveText": HaveText(want), "HaveHTML": HaveHTML(want), "HaveVisibleText": HaveVisibleText(want),
				"HaveHeader": HaveHeader("X-A", want), "no header": HaveHeader("X-B", want), "HaveLink": HaveLink(want), "BeFrom": BeFrom(want),
				"HaveEnvelopeFrom": HaveEnvelopeFrom(want), "HaveBcc": HaveBcc(want), "HaveMailParameter": HaveMailParameter("X", want),
				"HaveAttachment": HaveAttachment("x"), "HavePart": HavePart("x"), "BeSentTo": BeSentTo("x"), "BeAddressedTo": BeAddressedTo("x"),
				"BeSignedBy": BeSignedBy("x"), "BeWellFormed": BeWellFormed(), "KeepTheRules": KeepTheRules(),
			} {
				Expect(dangerous(failure(hostileMessage(), m))).To(BeEmpty(), name)
				Expect(dangerous(failure([]*harness.Message{hostileMessage()}, HaveReceived(m)))).To(BeEmpty(), name)
			}
		})
		It("reaches no terminal when a session is compared with "+how, func() {
			for name, m := range map[string]types.GomegaMatcher{
				"HaveSent": HaveSent(want), "HaveGreetedAs": HaveGreetedAs(want), "HaveCommands": HaveCommands("X"), "ContainCommands": ContainCommands("X"),
				"HaveReply": HaveReply(harness.ANY, 999), "HaveEndedWith": HaveEndedWith(harness.EndQuit), "HaveUsedTLS": HaveUsedTLS(0x304),
				"HaveAuthenticatedAs": HaveAuthenticatedAs("x"), "KeepTheRules": KeepTheRules(),
			} {
				Expect(dangerous(failure(hostileSession(), m))).To(BeEmpty(), name)
			}
		})
	}
	It("reaches no terminal through a matcher of Gomega", func() {
		m := []*harness.Message{hostileMessage()}
		Expect(dangerous(failure(m, HaveReceived(HaveField("Subject()", "x"))))).To(BeEmpty())
		Expect(dangerous(failure(m, HaveReceived(WithTransform((*harness.Message).Text, HavePrefix("x")))))).To(BeEmpty())
		Expect(dangerous(mistake(m[0], HaveSubject(BeNumerically(">", 1))))).To(BeEmpty())
		Expect(dangerous(mistake(m, HaveReceived(HaveField("Subject()", BeNumerically(">", 1)))))).To(BeEmpty())
		Expect(dangerous(mistake(hostile, HaveSubject("x")))).To(BeEmpty())
	})
	It("stays readable", func() {
		Expect(failure(hostileMessage(), HaveSubject(BeEmpty()))).To(HaveSuffix(`    "\x1b[2J\u202eтавтай\x00\u009b31m ::error::\x23#vso[task]\u200b"`))
	})
})
