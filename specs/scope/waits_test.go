package scope_test

import (
	"context"
	"net/smtp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

var _ = Describe("waiting for a scope", func() {
	var scope *harness.Scope

	BeforeEach(func() { scope = join() })

	It("ends with its mail, not with that of others", func(ctx SpecContext) {
		other := join()
		first := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			Expect(send(scope, other.Address("bat"))).To(Succeed())
			close(first)
			Expect(send(scope, scope.Address("bat"))).To(Succeed())
		}()
		got, err := scope.WaitForMessages(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(HaveExactElements(BeSentTo(scope.Address("bat"))))
		Expect(first).To(BeClosed())
		Expect(scope.WaitForSessions(ctx, 1)).To(HaveLen(1))
	}, SpecTimeout(time.Minute))

	It("ends with its context, and says what came", func(ctx SpecContext) {
		Expect(send(scope, scope.Address("bat"))).To(Succeed())
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := scope.WaitForMessages(ended, 2)
		Expect(err).To(MatchError(And(ContainSubstring("waited for 2 messages, got 1: context canceled"), ContainSubstring("C: RCPT TO:<bat."))))
		Expect(err).To(MatchError(context.Canceled))
	})

	It("fits Eventually", func() {
		go func() {
			defer GinkgoRecover()
			Expect(send(scope, scope.Address("bat"))).To(Succeed())
		}()
		Eventually(scope).WithTimeout(time.Minute).Should(HaveReceived(HaveSubject(subject)))
		Expect(scope.OnlyMessage(GinkgoT())).To(HaveSubject(subject))
	})

	It("leaves no goroutine when its test is over", func(ctx SpecContext) {
		before := gleak.Goroutines()
		t := watch(GinkgoT())
		ends := harness.Join(t, shared)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := ends.WaitForMessages(ended, 1)
		Expect(err).To(HaveOccurred())
		t.end()
		Expect(t.failure).To(BeEmpty())
		Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
	})
})

var _ = Describe("a violation in a session of a scope", func() {
	// The blank behind the colon is what Strict does not allow.
	begin := func(ctx context.Context, scope *harness.Scope) {
		GinkgoHelper()
		c, err := smtp.Dial(scope.Addr())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(c.Close)
		Expect(c.Hello("client.example.mn")).To(Succeed())
		Expect(c.Text.PrintfLine("MAIL FROM: <%s>", shop)).To(Succeed())
		_, _, err = c.Text.ReadResponse(250)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Rcpt(scope.Address("bat"))).To(Succeed())
	}

	It("ends the waits of that scope and fails its test, and no other one", func(ctx SpecContext) {
		t, beside := watch(GinkgoT()), watch(GinkgoT())
		scope, other := harness.Join(t, shared), harness.Join(beside, shared)
		begin(ctx, scope)

		Expect(scope.Violations()).To(ConsistOf(HaveField("Rule", "Strict()")))
		_, err := scope.WaitForMessages(ctx, 1)
		Expect(err).To(MatchError(ContainSubstring("blank-in-path")))
		Expect(other.Violations()).To(BeEmpty())
		_, err = sender.SendMail(ctx, other.Addr(), options(other), shop, []string{other.Address("bat")}, []byte(mail))
		Expect(err).NotTo(HaveOccurred())
		Expect(other.WaitForMessages(ctx, 1)).To(HaveLen(1))

		t.end()
		beside.end()
		Expect(t.failure).To(ContainSubstring("harness: Strict(): blank-in-path"))
		Expect(beside.failure).To(BeEmpty())
	}, SpecTimeout(time.Minute))

	It("is told in the same way where a Required rule never fires", func() {
		t := watch(GinkgoT())
		harness.Join(t, shared).AddRule(harness.RejectMessage(554, "5.7.1 No").Required())
		t.end()
		Expect(t.failure).To(HaveSuffix("was required and never fired"))
	})
})
