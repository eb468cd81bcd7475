package matchers_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// shouter is a matcher that is no struct.
type shouter string

func (s shouter) Match(any) (bool, error)          { return false, nil }
func (s shouter) FailureMessage(any) string        { return "quiet" }
func (s shouter) NegatedFailureMessage(any) string { return "loud" }

var _ = DescribeTable("an inner matcher is printed as it was written",
	func(m types.GomegaMatcher, text string) {
		Expect(HaveSubject(m).(format.GomegaStringer).GomegaString()).To(Equal("have subject that " + text))
	},
	Entry("ContainSubstring", ContainSubstring("Сайн\n"), `ContainSubstring("Сайн\n")`),
	Entry("with arguments", HavePrefix("%s-%d", "a", 1), `HavePrefix("%s-%d", "a", 1)`),
	Entry("nested", And(Not(BeEmpty()), Or(Equal("a"), HaveLen(1))), `And(Not(BeEmpty()), Or(Equal("a"), HaveLen(1)))`),
	Entry("durations", BeTemporally("~", time.Time{}, time.Second), `BeTemporally("~", 0001-01-01 00:00:00 +0000 UTC, 1s)`),
	Entry("numbers", BeNumerically("~", 1.5, 2), `BeNumerically("~", 1.5, 2)`),
	Entry("lists", BeElementOf("a", "b"), `BeElementOf("a", "b")`),
	Entry("a list in one", ConsistOf([]string{"a", "b"}), `ConsistOf(["a" "b"])`),
	Entry("octets", Equal([]byte("x")), `Equal([]byte("x"))`),
	Entry("nil", BeEquivalentTo(nil), `BeEquivalentTo(nil)`),
	Entry("functions", WithTransform(func(s string) int { return len(s) }, Equal(1)), `WithTransform(func, Equal(1))`),
	Entry("a reason", BeTrueBecause("so"), `BeTrue("so")`),
	Entry("without a reason", BeTrue(), `BeTrue()`),
	Entry("of one's own", gcustom.MakeMatcher(func(string) (bool, error) { return true, nil }), `gcustom.CustomGomegaMatcher`),
	Entry("of one's own, no struct", shouter("x"), `matchers_test.shouter`),
)

var _ = Describe("every matcher", func() {
	It("shows itself in words within a matcher of Gomega", func() {
		text := failure([]*harness.Message{mail("Subject: x\n\ny\n")}, ContainElement(HaveSubject("y")))
		Expect(text).To(HaveSuffix(lines(
			`to contain element matching`,
			`    <mailmatch.messageMatcher>: have subject "y"`)))
	})
	It("has a GomegaString and a String", func() {
		for _, all := range []map[string]types.GomegaMatcher{forMessages, forSessions, forOthers} {
			for name, m := range all {
				Expect(m.(format.GomegaStringer).GomegaString()).To(MatchRegexp(`^(have|be|contain) [^\n{}]+$`), name)
				Expect(fmt.Sprint(m)).To(Equal(m.(format.GomegaStringer).GomegaString()), name)
			}
		}
	})
	It("of a server says what it is about", func() {
		Expect(HaveReceivedExactly(2, HaveSubject("x"), BeFrom("a@b.c")).(format.GomegaStringer).GomegaString()).To(
			Equal(`have received exactly 2 messages that would have subject "x" and be From a@b.c`))
	})
})
