package scope_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

var _ = Describe("the mail of a scope", func() {
	var scope *harness.Scope

	BeforeEach(func() { scope = join() })

	// Whatever the other processes send meanwhile, each of these sees its own.
	for i := range 12 {
		It(fmt.Sprintf("is its own, however many run beside it (%d)", i+1), func() {
			bat := scope.Address("bat")
			for range 3 {
				Expect(send(scope, bat)).To(Succeed())
			}
			Expect(scope).To(HaveReceivedExactly(3, BeSentTo(bat), HaveSubject(subject)))
			Expect(scope.Messages()).To(HaveLen(3))
			Expect(scope.Sessions()).To(HaveLen(3))
			Expect(scope.Report().Messages).To(HaveLen(3))
		})
	}

	It("names the process and differs from scope to scope", func() {
		other := join()
		process := fmt.Sprintf("^bat\\.p%d\\.[0-9a-f]{6}@harness\\.test$", GinkgoParallelProcess())
		Expect([]string{scope.Address("bat"), other.Address("bat")}).To(HaveEach(MatchRegexp(process)))
		Expect(other.Address("bat")).NotTo(Equal(scope.Address("bat")))
		Expect(scope.Address("bat")).To(Equal(scope.Address("bat")))
	})

	It("is in two scopes if it is sent to both, and in no third one", func() {
		second, third := join(), join()
		bat, sarnai := scope.Address("bat"), second.Address("sarnai")
		Expect(send(scope, bat, sarnai)).To(Succeed())

		Expect(scope).To(HaveReceivedExactly(1, BeSentTo(bat, sarnai)))
		Expect(second).To(HaveReceivedExactly(1, BeSentTo(bat, sarnai)))
		Expect(third).NotTo(HaveReceived())
		Expect(third.Sessions()).To(BeEmpty())
	})

	It("is told apart within one session", func(ctx SpecContext) {
		second := join()
		c, err := sender.Dial(ctx, scope.Addr(), options(scope))
		Expect(err).NotTo(HaveOccurred())
		for _, to := range []string{scope.Address("bat"), second.Address("bat")} {
			_, err := c.Send(ctx, sender.Envelope{From: shop, To: sender.To(to)}, []byte(mail))
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(c.Quit(ctx)).To(Succeed())

		Expect(scope).To(HaveReceivedExactly(1, BeSentTo(scope.Address("bat"))))
		Expect(second).To(HaveReceivedExactly(1, BeSentTo(second.Address("bat"))))
		Expect(scope.Sessions()).To(ConsistOf(HaveField("Messages", HaveLen(1))))
		Expect(scope).To(And(HaveCommands("EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "MAIL", "RCPT", "DATA", "BODY", "QUIT"), HaveEndedWith(harness.EndQuit)))
	})

	It("comes over TLS that the CA of the other process vouches for", func(ctx SpecContext) {
		result, err := sender.SendMail(ctx, scope.Addr(), options(scope), scope.Address("shop"), []string{"bat@example.com"}, []byte(mail))
		Expect(err).NotTo(HaveOccurred())
		Expect(result.Quit).To(Succeed())

		Expect(scope).To(And(HaveUsedTLS(), HaveReceived(HaveEnvelopeFrom(scope.Address("shop")))))
	})
})
