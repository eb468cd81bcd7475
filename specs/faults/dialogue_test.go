package faults_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// stages are all the stages that a rule can name, in session order.
var stages = []harness.Stage{harness.CONNECT, harness.EHLO, harness.STARTTLS, harness.AUTH, harness.MAIL,
	harness.RCPT, harness.DATA, harness.BODY, harness.RSET, harness.NOOP, harness.QUIT}

const (
	plainAuth = "AUTH PLAIN AGJhdABzM2NyZXQ="
	mail      = "MAIL FROM:<dorj@example.mn>"
	rcpt      = "RCPT TO:<bat@example.com>"
	text      = "Subject: Сайн уу\r\n\r\nБаярлалаа."
)

// serverWith returns a server that has every stage, with these rules.
func serverWith(rules ...harness.Rule) *harness.Server {
	GinkgoHelper()
	return harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.AllowPlaintextAuth(true),
		harness.WithUser("bat", "s3cret"), harness.WithRules(rules...))
}

// upTo leads a new session to the moment at which the next reply is that of
// the stage, and sends what asks for it.
func upTo(srv *harness.Server, stage harness.Stage) *rawclient.Client {
	GinkgoHelper()
	c := rawclient.Dial(srv)
	if stage == harness.CONNECT {
		return c
	}
	Expect(c.Reply()).To(HavePrefix("220"))
	if stage == harness.EHLO {
		c.Lines("EHLO client.example")
		return c
	}
	c.Hello()
	switch stage {
	case harness.RCPT:
		c.Expecting("250", mail)
	case harness.DATA:
		c.Dialogue(mail, "250", rcpt, "250")
	case harness.BODY:
		c.Begin()
	}
	c.Octets(asking[stage])
	return c
}

// asking is what a client sends to get the reply of a stage.
var asking = map[harness.Stage]string{
	harness.STARTTLS: "STARTTLS\r\n",
	harness.AUTH:     plainAuth + "\r\n",
	harness.MAIL:     mail + "\r\n",
	harness.RCPT:     rcpt + "\r\n",
	harness.DATA:     "DATA\r\n",
	harness.BODY:     text + "\r\n.\r\n",
	harness.RSET:     "RSET\r\n",
	harness.NOOP:     "NOOP\r\n",
	harness.QUIT:     "QUIT\r\n",
}

// replyOf returns what the record has as the reply of a stage.
func replyOf(s *harness.Session, stage harness.Stage) harness.Reply {
	GinkgoHelper()
	var last harness.Reply
	for r := range s.Replies(stage) {
		last = r
	}
	return last
}

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

// everyStage makes a table's entries, one for each stage.
func everyStage() []TableEntry {
	var all []TableEntry
	for _, s := range stages {
		all = append(all, Entry("at "+string(s), s))
	}
	return all
}

func lines(reply string) []string { return strings.Split(reply, "\r\n") }
