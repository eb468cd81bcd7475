package time_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/wneessen/go-mail"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/sender"
)

// How long a client has to wait at least, RFC 5321 §4.5.3.2.
const (
	greetingMinimum = 5 * time.Minute  // §4.5.3.2.1
	mailMinimum     = 5 * time.Minute  // §4.5.3.2.2
	rcptMinimum     = 5 * time.Minute  // §4.5.3.2.3
	dataMinimum     = 2 * time.Minute  // §4.5.3.2.4
	blockMinimum    = 3 * time.Minute  // §4.5.3.2.5
	finalMinimum    = 10 * time.Minute // §4.5.3.2.6
)

// minimum is a step that the RFC gives a client's patience for, with servers
// that try it there, and the names that clients have for the step.
type minimum struct {
	step   string
	lasts  time.Duration
	late   func(time.Duration) harness.Option
	silent harness.Option

	sender sender.Step
	goMail mail.SendErrReason // none for the greeting: there is no message yet
}

var minima = []minimum{
	answering(harness.CONNECT, minimum{step: "the greeting, §4.5.3.2.1", lasts: greetingMinimum, sender: sender.StepGreeting}),
	answering(harness.MAIL, minimum{step: "MAIL, §4.5.3.2.2", lasts: mailMinimum, sender: sender.StepMail, goMail: mail.ErrSMTPMailFrom}),
	answering(harness.RCPT, minimum{step: "RCPT, §4.5.3.2.3", lasts: rcptMinimum, sender: sender.StepRcpt, goMail: mail.ErrSMTPRcptTo}),
	answering(harness.DATA, minimum{step: "DATA, §4.5.3.2.4", lasts: dataMinimum, sender: sender.StepData, goMail: mail.ErrSMTPData}),
	reading(minimum{step: "a block of data, §4.5.3.2.5", lasts: blockMinimum, sender: sender.StepBlock, goMail: mail.ErrWriteContent}),
	answering(harness.BODY, minimum{step: "the final dot, §4.5.3.2.6", lasts: finalMinimum, sender: sender.StepFinal, goMail: mail.ErrSMTPDataClose}),
}

// answering makes a server late, or silent, with its reply. The rules are
// required, so a client that stops at another step fails the spec.
func answering(stage harness.Stage, m minimum) minimum {
	m.late = func(d time.Duration) harness.Option { return harness.WithRules(harness.On(stage).Delay(d).Required()) }
	m.silent = harness.WithRules(harness.GoSilent(stage).Required())
	return m
}

// reading makes a server late to read the message. A rule's server reads what
// comes, so this one is a script.
func reading(m minimum) minimum {
	m.late = func(d time.Duration) harness.Option { return harness.WithPeer(lateReader(d)) }
	m.silent = harness.WithPeer(lateReader(time.Hour))
	return m
}

// lateReader agrees to everything, and does not touch a message until pause is
// over.
func lateReader(pause time.Duration) func(*harness.Peer) error {
	return func(p *harness.Peer) error {
		err := p.Reply(220, "mx.harness.test ESMTP")
		for err == nil {
			var c harness.Command
			if c, err = p.ReadLine(); err != nil {
				return err
			}
			switch c.Verb {
			case "DATA":
				err = readLate(p, pause)
			case "QUIT":
				return p.Reply(221, "Bye")
			default:
				err = p.Reply(250, "Ok")
			}
		}
		return err
	}
}

func readLate(p *harness.Peer, pause time.Duration) error {
	if err := errors.Join(p.Reply(354, "Go on"), p.Wait(pause)); err != nil {
		return err
	}
	m, err := p.ReadData()
	if err != nil {
		return err
	}
	return errors.Join(p.Accept(m, "dorj@example.mn", "bat@example.com"), p.Reply(250, "Ok"))
}

// long is a text that no buffer between client and server holds, so that a
// server that reads nothing blocks the client.
var long = strings.Repeat(strings.Repeat("x", 70)+"\r\n", 4000)

// patient is a client that was told to wait for as long as the RFC asks.
type patient struct {
	name string
	send func(b bubble, srv *harness.Server, m minimum) error
	// extra is how long it stays after its time at a step is over.
	extra func(m minimum) time.Duration
	// explains expects of the error what the client says of a step whose time
	// is over.
	explains func(err error, m minimum)
}

var patients = []patient{
	{"net/smtp with a deadline for each step", sendNetSMTP, atOnce, explainsNetSMTP},
	{"go-mail with WithTimeout", sendGoMail, atOnce, explainsGoMail},
	{"sender as it is", sendSender, lookForReply, explainsSender},
}

func atOnce(minimum) time.Duration { return 0 }

func sendNetSMTP(b bubble, srv *harness.Server, _ minimum) error {
	return send(b.dial(srv), srv.Hostname(), "Subject: long\r\n\r\n"+long)
}

func explainsNetSMTP(err error, _ minimum) {
	GinkgoHelper()
	expectTimedOut(err)
}

func expectTimedOut(err error) {
	GinkgoHelper()
	var timeout net.Error
	Expect(errors.As(err, &timeout) && timeout.Timeout()).To(BeTrue(), "got %v", err)
}

// sendGoMail gives the whole session the time of one step. The other steps
// take none.
func sendGoMail(b bubble, srv *harness.Server, m minimum) error {
	c, err := mail.NewClient(srv.Hostname(), mail.WithTimeout(m.lasts), mail.WithTLSPolicy(mail.NoTLS), mail.WithHELO("client.example"),
		mail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return b.dial(srv), nil }))
	Expect(err).NotTo(HaveOccurred())
	msg := mail.NewMsg()
	Expect(errors.Join(msg.From("dorj@example.mn"), msg.To("bat@example.com"))).To(Succeed())
	msg.Subject("long")
	msg.SetBodyString(mail.TypeTextPlain, long)
	err = c.DialAndSendWithContext(context.Background(), msg)
	Expect(msg.IsDelivered()).To(Equal(err == nil))
	return err
}

// explainsGoMail expects a reason that names the step. Before there is a
// message to speak of, the error is that of the connection.
func explainsGoMail(err error, m minimum) {
	GinkgoHelper()
	if m.sender == sender.StepGreeting {
		expectTimedOut(err)
		return
	}
	var failed *mail.SendError
	Expect(errors.As(err, &failed)).To(BeTrue(), "got %v", err)
	Expect(failed.Reason).To(Equal(m.goMail))
	Expect(failed).To(MatchError(ContainSubstring("timeout")))
}

// sendSender sets no time-out: the defaults are the RFC's. The name for EHLO
// keeps it from asking the resolver, which is outside the bubble.
func sendSender(b bubble, srv *harness.Server, _ minimum) error {
	opts := &sender.Options{Dialer: srv.DialContext, Hello: "client.example"}
	result, err := sender.SendMail(b.t.Context(), "mx.harness.test:25", opts, "dorj@example.mn", []string{"bat@example.com"},
		[]byte("Subject: long\r\n\r\n"+long))
	Expect(result.Delivered()).To(HaveLen(len(srv.Messages())))
	return err
}

// lookForReply is the second that sender still listens after a block that did
// not get through: a server that stopped reading may have said why.
func lookForReply(m minimum) time.Duration {
	if m.sender == sender.StepBlock {
		return time.Second
	}
	return 0
}

func explainsSender(err error, m minimum) {
	GinkgoHelper()
	var failed *sender.SendError
	Expect(errors.As(err, &failed)).To(BeTrue(), "got %v", err)
	Expect(failed.Timeout()).To(BeTrue(), "got %v", err)
	Expect(failed.Temporary()).To(BeTrue(), "got %v", err)
	var step *sender.Error
	Expect(errors.As(err, &step)).To(BeTrue())
	Expect(step.Step).To(Equal(m.sender))
	Expect(step).To(MatchError(ContainSubstring("within " + m.lasts.String())))
}

// everyone is each client at each step.
func everyone() (entries []TableEntry) {
	for _, p := range patients {
		for _, m := range minima {
			entries = append(entries, Entry(p.name+", at "+m.step, p, m))
		}
	}
	return entries
}

// A bubble ends only once all goroutines in it have, so each of these says too
// that a client leaves none behind.
var _ = DescribeTableSubtree("The patience of RFC 5321 §4.5.3.2:", func(p patient, m minimum) {
	It("delivers to a server that takes nearly all of it", inBubble(func(b bubble) {
		nearly := m.lasts - time.Nanosecond
		srv := b.server(m.late(nearly))
		Expect(took(func() { Expect(p.send(b, srv, m)).To(Succeed()) })).To(Equal(nearly))
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).Verbs()).To(ContainElement("QUIT"))
	}))
	It("ends with it at a server that never goes on", inBubble(func(b bubble) {
		srv := b.server(m.silent)
		var err error
		Expect(took(func() { err = p.send(b, srv, m) })).To(Equal(m.lasts + p.extra(m)))
		p.explains(err, m)
		Expect(srv.Messages()).To(BeEmpty())
	}))
}, everyone())
