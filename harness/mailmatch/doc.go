// Package mailmatch has Gomega matchers for package harness. It is made for a
// dot import.
//
//	srv := harness.NewServer(GinkgoT())
//	…
//	Expect(srv).To(HaveReceived(BeSentTo("bat@example.com"), HaveSubject("Захиалга")))
//	Eventually(srv).Should(HaveEndedWith(harness.EndQuit))
//
// There are five kinds:
//
//   - HaveReceived and HaveReceivedExactly look at a *harness.Server, at
//     anything else that has Messages, or at a []*harness.Message.
//   - Matchers for a message look at a *harness.Message or a *record.Message.
//     They go into HaveReceived, into ContainElement, or stand alone.
//   - Matchers for a session look at a *harness.Session, a list of one, or a
//     server that has had exactly one.
//   - HaveFired looks at a harness.Rule.
//   - KeepTheRules looks at sessions, at a server with all of its sessions, or at
//     a message.
//
// A parameter called want is a value, which then has to be equal, or any Gomega
// matcher: HaveSubject("Order 42"), HaveSubject(HavePrefix("Order ")).
//
// A failure tells in the words of mail what was wanted and what is there. Text
// that a client sent is escaped in it, so that it cannot reach a terminal, and
// long values are cut.
//
// Given a server, the matchers tell Eventually to stop at once when the answer
// cannot change any more: the server is closed, or something happened that its
// options do not allow.
package mailmatch
