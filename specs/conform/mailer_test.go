package conform_test

import (
	"context"
	"errors"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

// mailer is the client that a project would check in its own suite.
var mailer = conform.ClientFunc(func(ctx context.Context, job conform.Job) error { return mutant.Mutant{}.Send(ctx, job) })

// stages are those scenarios that need no time-outs to pass; make proof has all.
func stages(groups ...string) []*conform.Scenario {
	return slices.DeleteFunc(catalog.All(), func(s *conform.Scenario) bool { return !slices.Contains(groups, s.Group.Name) })
}

var _ = Describe("my mailer", func() {
	for s := range conform.Specs(mailer, stages("greet", "mail", "rcpt", "final", "quit"), conform.WithUnit(time.Second)) {
		It(s.Text, Label(s.Labels...), func(ctx SpecContext) { s.Check(ctx, GinkgoT()) })
	}
})

var _ = Describe("a scenario as a spec", func() {
	liar := conform.ClientFunc(func(ctx context.Context, job conform.Job) error {
		if err := mailer(ctx, job); errors.Is(err, mutant.ErrUnsupported) {
			return err
		}
		return nil
	})

	It("has the labels of its group, level and RFC", func() {
		for s := range conform.Specs(mailer, stages("greet")) {
			Expect(s.Labels).To(ContainElements("greet", "RFC 5321"))
			Expect(s.Text).To(HavePrefix("greet-"))
		}
	})

	It("fails the test with evidence, expectation and transcript", func(ctx SpecContext) {
		greet554, found := catalog.ByID("greet-554")
		Expect(found).To(BeTrue())
		for s := range conform.Specs(liar, []*conform.Scenario{greet554}, conform.WithUnit(time.Second)) {
			t := &rawclient.FakeTest{}
			s.Check(ctx, t)
			Expect(t.Failed()).To(BeTrue())
			Expect(t.Errors()).To(And(ContainSubstring("reported success, but the server took 0 of 1"), ContainSubstring("passes: "), ContainSubstring("S: 554 5.3.2 no service here")))
		}
	})
})
