package anomalies_test

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/wire"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// way is how a client comes to its server.
type way struct {
	name string
	opts []harness.Option
}

var ways = []way{{"over TCP", nil}, {"in memory", []harness.Option{harness.InMemory()}}}

// server belongs to t.
func (w way) server(t harness.TB, opts ...harness.Option) *harness.Server {
	return harness.NewServer(t, slices.Concat(w.opts, opts)...)
}

func kindNamed(name string) wire.AnomalyKind {
	GinkgoHelper()
	for _, k := range wire.AnomalyKinds() {
		if k.Kind == name {
			return k
		}
	}
	Fail("there is no kind " + name)
	return wire.AnomalyKind{}
}

var _ = Describe("Every kind of anomaly", func() {
	It("has a case here", func() {
		covered := []string{"octets-before-greeting"} // has specs of its own
		for _, c := range cases {
			covered = append(covered, c.kind)
		}
		var all []string
		for _, k := range wire.AnomalyKinds() {
			all = append(all, k.Kind)
		}
		Expect(covered).To(ConsistOf(all))
	})

	for _, way := range ways {
		for _, c := range cases {
			Context(c.kind+" "+way.name, func() {
				It("appears, as its list says", func() {
					s := run(way.server(GinkgoT(), c.opts...), c.does)
					a, k := first(s, c.kind), kindNamed(c.kind)
					Expect(wire.AnomalyKind{Kind: a.Kind, Text: a.Text, RFC: a.RFC}).To(Equal(k))
					Expect(len(a.Octets)).To(BeNumerically("<=", 80))
					Expect(a.Command).To(BeNumerically(">", 0))
				})
				It("fails a test that is Strict", func() {
					t := &rawclient.FakeTest{}
					srv := way.server(t, append(c.opts, harness.Strict())...)
					s := run(srv, c.does)
					a := first(s, c.kind)
					Expect(s.Violations).To(ContainElement(And(HaveField("Session", 1), HaveField("Command", a.Command),
						HaveField("Rule", "Strict()"), HaveField("RFC", a.RFC), HaveField("Text", HavePrefix(c.kind+": ")))))
					t.End()
					Expect(t.Errors()).To(ContainSubstring("Strict(): " + c.kind + ": "))
				})
				for i, not := range c.not {
					It(fmt.Sprintf("does not appear where it has no place (%d)", i+1), func() {
						s := run(way.server(GinkgoT(), c.opts...), not)
						Expect(kinds(s)).NotTo(ContainElement(c.kind), "%s", s.Transcript())
					})
				}
			})
		}
	}
})

var _ = Describe("A session without fault", func() {
	body := "Subject: x\r\n\r\n..stuffed\r\nBayarlalaa.\r\n"
	for _, way := range ways {
		It("has no anomaly "+way.name+", Strict or not", func() {
			for _, strict := range [][]harness.Option{nil, {harness.Strict()}} {
				t := &rawclient.FakeTest{}
				srv := way.server(t, append(strict, harness.WithSTARTTLS(), user)...)
				s := run(srv, func(c *rawclient.Client, srv *harness.Server) {
					c.Hello()
					Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
					c.Hello()
					c.Expecting("235", plainAuth)
					c.Lines("mail from:<dorj@example.mn> body=8bitmime size=100 smtputf8", rcpt, "RCPT TO:<дорж@example.mn>", "data")
					for _, code := range []string{"250", "250", "250", "354"} {
						Expect(c.Reply()).To(HavePrefix(code))
					}
					c.Octets(body + "Сайн уу\r\n.\r\n")
					Expect(c.Reply()).To(HavePrefix("250"))
					Expect(c.Send(body)).To(HavePrefix("250"))
					c.Quit()
				})
				Expect(s.Anomalies).To(BeEmpty())
				t.End()
				Expect(t.Errors()).To(BeEmpty())
			}
		})
	}
})
