package matchers_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

func TestMatchers(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	// The texts under test are long, and where they differ has to be seen whole.
	format.TruncatedDiff = false
	RunSpecs(t, "Matchers")
}

// mail returns message #1 with the lines of raw as its content, sent from
// shop@example.mn to bat@example.com.
func mail(raw string) *harness.Message { return mailTo(1, raw, "bat@example.com") }

func mailTo(id int, raw string, to ...string) *harness.Message {
	m := &record.Message{ID: id, Session: 1, Envelope: record.Envelope{From: "shop@example.mn"}}
	for _, address := range to {
		m.Envelope.Recipients = append(m.Envelope.Recipients, record.Recipient{Address: address, Reply: record.NewReply(250, "2.1.5 Ok")})
	}
	m.SetRaw([]byte(strings.ReplaceAll(raw, "\n", "\r\n")))
	return message.Of(m)
}

// dialogue returns the session of a transcript, which has no times, so that
// failures with it can be compared.
func dialogue(text string) *harness.Session {
	GinkgoHelper()
	s, err := record.ParseTranscript(text)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// failure returns what is printed when actual does not match.
func failure(actual any, m types.GomegaMatcher) string {
	GinkgoHelper()
	ok, err := m.Match(actual)
	Expect(err).NotTo(HaveOccurred())
	Expect(ok).To(BeFalse(), "it matches")
	return m.FailureMessage(actual)
}

// negated returns what is printed when actual matches and must not.
func negated(actual any, m types.GomegaMatcher) string {
	GinkgoHelper()
	ok, err := m.Match(actual)
	Expect(err).NotTo(HaveOccurred())
	Expect(ok).To(BeTrue(), "it does not match")
	return m.NegatedFailureMessage(actual)
}

// mistake returns the error of a matcher that was used wrongly.
func mistake(actual any, m types.GomegaMatcher) string {
	GinkgoHelper()
	ok, err := m.Match(actual)
	Expect(ok).To(BeFalse())
	Expect(err).To(HaveOccurred())
	return err.Error()
}

// lines joins the lines of a failure.
func lines(all ...string) string { return strings.Join(all, "\n") }
