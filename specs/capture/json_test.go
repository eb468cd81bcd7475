package capture_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing/quick"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// generated makes random records, with octets of every kind.
type generated struct{ *rand.Rand }

func (g generated) text() string {
	pieces := []string{"", "NOOP", " ", "бат", "\xff", "\x00", "\r", `"`, `\`, "<&>", "\u2028", "****", "a@example.mn", "{{", "\ufffd"}
	s := ""
	for range g.IntN(5) {
		s += pieces[g.IntN(len(pieces))]
	}
	return s
}

func (g generated) texts() (list []string) {
	for range g.IntN(3) {
		list = append(list, g.text())
	}
	return list
}

func (g generated) yes() bool            { return g.IntN(2) == 0 }
func (g generated) while() time.Duration { return time.Duration(g.Int64N(int64(24 * time.Hour))) }

func (g generated) reply() record.Reply {
	switch g.IntN(3) {
	case 0:
		return record.Reply{}
	case 1:
		r := record.ParseReply(g.text())
		if len(r.Lines) == 0 {
			r.Lines = nil
		}
		return r
	}
	r := record.NewReply(200+g.IntN(400), g.texts()...)
	r.At, r.Rule = g.while(), g.text()
	return r
}

func (g generated) command() record.Command {
	c := record.NewCommand(g.text())
	if g.yes() {
		c = record.Command{Verb: "BODY", Size: g.IntN(1 << 30)}
	}
	c.Ending = []string{"\r\n", "\n", ""}[g.IntN(3)]
	c.Masked, c.Omitted, c.At, c.Pipelined, c.Reply = g.yes(), g.IntN(1000), g.while(), g.yes(), g.reply()
	return c
}

func (g generated) params() map[string]string {
	if g.yes() {
		return nil
	}
	return map[string]string{"SIZE": g.text(), "X-1": g.text()}
}

func (g generated) message() *record.Message {
	m := &record.Message{ID: g.IntN(100), Session: g.IntN(100), At: g.time(), Reply: g.reply()}
	m.Envelope = record.Envelope{From: g.text(), Params: g.params()}
	for range g.IntN(3) {
		m.Envelope.Recipients = append(m.Envelope.Recipients, record.Recipient{Address: g.text(), Params: g.params(), Reply: g.reply()})
	}
	m.SetRaw(append([]byte(g.text()), "\r\n.\r\n"...))
	return m
}

func (g generated) time() time.Time { return time.Unix(g.Int64N(4e9), g.Int64N(1e9)).UTC() }

func (g generated) session() *record.Session {
	s := &record.Session{ID: g.IntN(1000), Remote: "127.0.0.1:25", Started: g.time(), Lasted: g.while(), Greeting: g.reply(),
		Hello: g.text(), End: record.EndQuit, EndDetail: g.text()}
	for range g.IntN(6) {
		s.Commands = append(s.Commands, g.command())
	}
	if g.yes() {
		s.Farewell = record.NewReply(421, g.text())
		s.TLS = &record.TLS{At: g.while(), Implicit: g.yes(), Version: "TLS 1.3", Cipher: "x", ServerName: g.text(), ALPN: g.texts(), Resumed: g.yes(), ClientCert: g.text()}
		s.Auth = append(s.Auth, record.NewAuthAttempt(g.text(), g.text(), g.text(), g.text(), g.text()))
		s.Messages = append(s.Messages, g.message())
		s.Anomalies = append(s.Anomalies, record.Anomaly{Kind: "bare-lf", Command: 1, Octets: g.text(), Text: g.text(), RFC: "RFC 5321 §2"})
		s.Violations = append(s.Violations, record.Violation{Session: 1, Command: 2, Rule: g.text(), Text: g.text()})
	}
	return s
}

var _ = Describe("The record as JSON", func() {
	It("comes back without loss, whatever the octets", func() {
		back := func(seed uint64) bool {
			s := generated{rand.New(rand.NewPCG(seed, 7))}.session()
			encoded, err := json.Marshal(s)
			if err != nil || !json.Valid(encoded) {
				return false
			}
			var got record.Session
			if err := json.Unmarshal(encoded, &got); err != nil {
				return false
			}
			again, err := json.Marshal(&got)
			return err == nil && string(again) == string(encoded) && sameSession(s, &got)
		}
		Expect(quick.Check(back, &quick.Config{MaxCount: 300})).To(Succeed())
	})

	It("holds what a real session had: a hostile client's, with secrets on request", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("бат", "нууц"), harness.RecordSecrets())
		c := rawclient.Hello(srv)
		c.Ask(" NOOP")
		c.Ask("")
		c.Ask("\xff\xfe \x00")
		c.Expecting("235", "AUTH PLAIN ANCx0LDRggDQvdGD0YPRhg==")
		Expect(c.Send("Subject: \xff\r\n\r\n..\r\n\x00")).To(HavePrefix("250"))
		c.Quit()
		Eventually(func() harness.End { return only(srv).End }).Should(Equal(harness.EndQuit))
		want := only(srv)
		encoded, err := json.Marshal(want)
		Expect(err).NotTo(HaveOccurred())
		var got record.Session
		Expect(json.Unmarshal(encoded, &got)).To(Succeed())
		Expect(sameSession(want, &got)).To(BeTrue(), "%s", encoded)
		Expect(got.Auth[0].Password()).To(Equal("нууц"))
	})

	It("is also what a report is made of", func() {
		srv := harness.NewServer(GinkgoT())
		Expect(rawclient.Hello(srv).Send("\xff")).To(HavePrefix("250"))
		encoded, err := json.Marshal(srv.Report())
		Expect(err).NotTo(HaveOccurred())
		var got harness.Report
		Expect(json.Unmarshal(encoded, &got)).To(Succeed())
		Expect(got.Messages).To(HaveLen(1))
		Expect(string(got.Messages[0].Raw())).To(Equal("\xff\r\n"))
	})
})

// sameSession compares all fields. Messages hold a lock and are compared by
// what they say.
func sameSession(a, b *record.Session) bool {
	x, y := a.Clone(), b.Clone()
	if len(x.Messages) != len(y.Messages) {
		return false
	}
	for i, m := range x.Messages {
		n := y.Messages[i]
		if m.ID != n.ID || m.Session != n.Session || !m.At.Equal(n.At) || !reflect.DeepEqual(m.Envelope, n.Envelope) ||
			!reflect.DeepEqual(m.Reply, n.Reply) || string(m.Raw()) != string(n.Raw()) || string(m.Sent()) != string(n.Sent()) || m.Size() != n.Size() {
			return false
		}
	}
	x.Messages, y.Messages = nil, nil
	return reflect.DeepEqual(x, y)
}
