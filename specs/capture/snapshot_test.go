package capture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("Snapshots", func() {
	It("stay as they are while the session goes on", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		before := only(srv)
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(before.Verbs()).To(Equal([]string{"EHLO"}))
		Expect(before.Messages).To(BeEmpty())
		Expect(before.End).To(Equal(harness.StillOpen))
		Expect(before.Lasted).To(BeNumerically(">", 0))
	})

	It("are the reader's own: a change does not reach the record", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		change := func() {
			s := only(srv)
			s.Commands[0].Line = "changed"
			s.Commands = nil
			s.End = harness.EndQuit
		}
		change()
		Expect(only(srv).Last()).To(Equal("EHLO client.example"))
		Expect(only(srv).End).To(Equal(harness.StillOpen))
		c.Close()
		Expect(srv.WaitIdle(ctx)).To(Succeed())
		Eventually(func() harness.End { return only(srv).End }).Should(Equal(harness.EndClientClosed))
		change()
		Expect(only(srv).End).To(Equal(harness.EndClientClosed))
		Expect(only(srv).Last()).To(Equal("EHLO client.example"))
	})

	It("give a message the same parsed view at every look", func() {
		srv := harness.NewServer(GinkgoT())
		Expect(rawclient.Hello(srv).Send("Subject: Сайн уу\r\n\r\nx")).To(HavePrefix("250"))
		Expect(srv.Messages()[0]).To(BeIdenticalTo(srv.Messages()[0]))
		Expect(srv.OnlyMessage(GinkgoT())).To(BeIdenticalTo(srv.Messages()[0]))
	})

	It("can be taken from anywhere while clients send", func() {
		const clients, messages = 5, 10
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithKeep(harness.Keep{Messages: 40, Sessions: 4}))
		stop := make(chan struct{})
		var readers, senders sync.WaitGroup
		for _, read := range []func(){
			func() { json.Marshal(srv.Report()) },
			func() { srv.Sessions() },
			func() {
				for _, s := range srv.Sessions() {
					_ = s.Transcript()
				}
			},
			func() {
				for _, m := range srv.Messages() {
					m.Subject()
					m.Raw()
				}
			},
			func() { srv.Violations() },
		} {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						read()
					}
				}
			})
		}
		for n := range clients {
			senders.Go(func() {
				defer GinkgoRecover()
				c := rawclient.Hello(srv)
				if n%2 == 0 {
					Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
					c.Hello()
				}
				for i := range messages {
					Expect(c.Send(fmt.Sprintf("Subject: %d.%d\r\n\r\n..x", n, i))).To(HavePrefix("250"))
				}
				c.Expecting("221", "QUIT")
			})
		}
		senders.Wait()
		close(stop)
		readers.Wait()
		all := srv.Messages()
		Expect(all).To(HaveLen(40))
		Expect(slices.IsSortedFunc(all, func(a, b *harness.Message) int { return a.ID - b.ID })).To(BeTrue())
		Expect(all[39].ID).To(Equal(clients * messages))
		for _, m := range all {
			Expect(bytes.HasSuffix(m.Raw(), []byte("\r\n\r\n.x\r\n"))).To(BeTrue())
		}
		for _, s := range srv.Sessions() {
			for _, m := range s.Messages {
				Expect(m.ID).To(BeNumerically(">", clients*messages-40), "evicted from its session too")
			}
		}
	})
})
