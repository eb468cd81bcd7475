package scope_test

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

var _ = Describe("a rule of a scope", func() {
	var scope, other *harness.Scope

	BeforeEach(func() { scope, other = join(), join() })

	It("acts on its addresses, and on nobody else's", func() {
		refused := scope.AddRule(harness.RejectRecipient("*", 550, "5.1.1 Ийм хэрэглэгч алга").Required())
		Expect(send(scope, other.Address("bat"))).To(Succeed())
		Expect(send(scope, scope.Address("bat"))).To(MatchError(ContainSubstring("Ийм хэрэглэгч алга")))

		Expect(refused).To(HaveFired(1))
		Expect(scope).NotTo(HaveReceived())
		Expect(scope).To(HaveReply(harness.RCPT, 550))
		Expect(other).To(HaveReceivedExactly(1))
	})

	It("counts for its scope", func() {
		later := scope.AddRule(harness.Greylist("*", 2))
		for range 2 {
			Expect(send(scope, scope.Address("bat"))).To(MatchError(ContainSubstring("451")))
			Expect(send(scope, other.Address("bat"))).To(Succeed())
		}
		Expect(send(scope, scope.Address("bat"))).To(Succeed())
		Expect(later).To(HaveFired(2))
		Expect(scope).To(HaveReceivedExactly(1))
	})

	It("takes the message of a scope, and loses the reply", func(ctx SpecContext) {
		lost := scope.AddRule(harness.LoseFinalReply())
		_, err := sender.SendMail(ctx, scope.Addr(), options(scope), shop, []string{scope.Address("bat")}, []byte(mail))
		var failed *sender.Error
		Expect(errors.As(err, &failed)).To(BeTrue())
		Expect(failed.Temporary()).To(BeTrue())

		Expect(lost).To(HaveFired(1))
		Expect(scope).To(And(HaveReceivedExactly(1), HaveEndedWith(harness.EndDropped)))
	})

	It("is gone when it is removed", func() {
		refused := scope.AddRule(harness.RejectMessage(554, "5.7.1 No"))
		Expect(send(scope, scope.Address("bat"))).NotTo(Succeed())
		scope.RemoveRule(refused)
		Expect(send(scope, scope.Address("bat"))).To(Succeed())
		Expect(refused).To(HaveFired(1))
	})

	It("is refused if it has a func, which does not go to another process", func() {
		t := watch(GinkgoT())
		harness.Join(t, shared).AddRule(harness.On(harness.RCPT).When(func(*harness.Exchange) bool { return true }).Drop())
		Expect(t.failure).To(ContainSubstring("where only the JSON form of a rule goes"))
		Expect(t.failure).To(ContainSubstring("the func of When has no JSON form"))
	})
})
