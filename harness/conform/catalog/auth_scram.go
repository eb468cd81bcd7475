package catalog

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

const scramNames = "SCRAM-SHA-256 SCRAM-SHA-1"

// scramFault is a server of SCRAM that does one thing wrong in its messages.
type scramFault struct {
	nonce      func(client string) string // what stands behind r=
	iterations string
	proven     bool // the final message and 235 follow, with a signature of anybody
}

func (f scramFault) talk(p *harness.Peer, c record.Command) error {
	first, err := asked(p, c, "334 \r\n")
	if err != nil {
		return err
	}
	_, nonce, _ := strings.Cut(unbase64(first), ",r=")
	nonce, _, _ = strings.Cut(nonce, ",")
	answer, err := sendChallenge(p, base64Line("r="+f.nonce(nonce)+",s="+base64.StdEncoding.EncodeToString([]byte("a salt of ours"))+",i="+f.iterations))
	if err != nil {
		return err
	}
	if !f.proven || answer == "*" {
		return p.Reply(501, "Cancelled")
	}
	if answer, err = sendChallenge(p, base64Line("v="+base64.StdEncoding.EncodeToString(make([]byte, 32)))); err != nil {
		return err
	}
	if answer == "*" {
		return p.Reply(501, "Cancelled")
	}
	return p.Reply(235, "Authentication succeeded")
}

func base64Line(text string) string {
	return "334 " + base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n"
}

func longer(client string) string { return client + "9q" }

var authSCRAM = of(authGroup,
	scenario{ID: "auth-scram-server-sig", Tier: 3, Title: "SCRAM: signature of the server", Level: rfc.MUST, RFC: "5802 §3 §5",
		Expect: "passes: a failure; fails: MAIL or success behind a wrong signature and 235",
		Effect: "Somebody who does not know the password can play the server.",
		Needs:  []conform.Need{conform.NeedSCRAM},
		Script: signing("AUTH "+scramNames+"; a wrong v= in the server-final-message, then 235", scramNames,
			scramFault{nonce: longer, iterations: "4096", proven: true}.talk),
		Judge: choosing("SCRAM-", serverUnproven)},
	scenario{ID: "auth-scram-nonce", Tier: 3, Title: "SCRAM: continued nonce", Level: rfc.MUST, RFC: "5802 §5.1",
		Expect: "passes: a failure without a proof; fails: the proof is sent for a nonce that does not go on from the client's",
		Effect: "An old exchange can be played again.",
		Needs:  []conform.Need{conform.NeedSCRAM},
		Script: signing("AUTH "+scramNames+"; r= does not begin with the client's nonce", scramNames,
			scramFault{nonce: func(string) string { return "anotherNonceAltogether" }, iterations: "4096"}.talk),
		Judge: choosing("SCRAM-", noProof)},
	scenario{ID: "auth-scram-iterations", Tier: 3, Title: "SCRAM: two thousand million iterations", Level: rfc.SECURITY, RFC: "5802 §5.1 §9",
		Expect: "passes: refused at once; fails: the client computes for longer than its time-out, or to the end",
		Effect: "A server keeps a processor of the client busy for minutes, with each message.",
		Fix:    "Refuse iteration counts above some hundred thousands.",
		Needs:  []conform.Need{conform.NeedSCRAM},
		Script: signing("AUTH "+scramNames+"; i=2147483647", scramNames, scramFault{nonce: longer, iterations: "2147483647"}.talk),
		Judge:  choosing("SCRAM-", refusesIterations)},
)

func serverUnproven(c *conform.Case, a attempt) conform.Verdict {
	if mail, ok := c.First("MAIL"); ok && a.succeeded() {
		return c.Breach("MAIL was sent behind a wrong signature of the server").At(c.Mark(mail))
	}
	return sentSignedIn(c)
}

// proof returns the response with the client's proof.
func proof(a attempt) (conform.Said, bool) {
	for _, said := range a.Responses {
		if strings.Contains(unbase64(said.Line), ",p=") {
			return said, true
		}
	}
	return conform.Said{}, false
}

func noProof(c *conform.Case, a attempt) conform.Verdict {
	if said, sent := proof(a); sent {
		return c.Breach("the proof was sent").At(c.Mark(said))
	}
	return sentSignedIn(c)
}

// refusesIterations looks at how long the client took for its answer to the
// challenge, or for its end.
func refusesIterations(c *conform.Case, a attempt) conform.Verdict {
	if said, sent := proof(a); sent {
		return c.Breach("the proof was sent").At(c.Mark(said))
	}
	asked, answered := a.last().Reply.At, a.Session.Lasted
	if n := len(a.Responses); n > 0 && a.Responses[n-1].Reply.Code != 334 {
		asked, answered = replyBefore(a).At, a.Responses[n-1].At
	}
	if took := answered - asked; took > c.Unit {
		return c.Breach("the client computed for %v", took.Round(time.Millisecond)).At(c.Mark(a.last()))
	}
	return sentSignedIn(c)
}

// replyBefore returns the challenge that the last response answers.
func replyBefore(a attempt) record.Reply {
	if n := len(a.Responses); n > 1 {
		return a.Responses[n-2].Reply
	}
	return a.Reply
}
