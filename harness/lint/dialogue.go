package lint

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of waiting for replies.
var aheadRules = []Rule{
	Rule{
		ID: "pipe-not-offered", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.3.1; 2920 §3.1"),
		Text:   "Without PIPELINING, a command waits for the reply to the one before.",
		Effect: "Servers drop the session, or lose a command.",
		Fix:    "Read each reply before the next command.",
	}.ofSession(nil, "pipelining-not-offered"),
	Rule{
		ID: "pipe-last-only", Level: rfc.MUST, Cites: rfc.Cites("2920 §3.1"),
		Text:   "EHLO, AUTH, VRFY, EXPN and NOOP are the last of a group: nothing comes behind them before their reply.",
		Effect: "What follows is answered in a state that the client does not know.",
		Fix:    "Read the reply to such a command first.",
	}.ofSession(nil, "not-last-in-group"),
	Rule{
		ID: "tls-cmd-after-220", Level: rfc.SECURITY, Cites: rfc.Cites("3207 §4.2 §4"),
		Text:   "Nothing but the handshake comes behind STARTTLS.",
		Effect: "Who sits between can put commands in front of those inside TLS.",
		Fix:    "Read the 220, and begin the handshake with an empty buffer.",
	}.ofSession(nil, "octets-behind-starttls", "no-client-hello"),
	Rule{
		ID: "data-wait-354", Level: rfc.MUST, Cites: rfc.Cites("5321 §3.3 §4.3.1; 2920 §3.1"),
		Text:   "The message waits for the reply to DATA.",
		Effect: "Lines of the message are taken for commands if DATA is refused.",
		Fix:    "Read the 354 before the message.",
	}.ofSession(nil, "octets-behind-data"),
}

// The rules of transactions.
var transactionRules = []Rule{
	Rule{
		ID: "env-order", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.4 §3.3"),
		Text:   "EHLO comes before MAIL, MAIL before RCPT, RCPT before DATA.",
		Effect: "Servers answer 503.",
		Fix:    "Send them in order, and stop at the first that is refused.",
	}.ofSession(judgeOrder, "no-ehlo"),
	Rule{
		ID: "nested-mail", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.4"),
		Text:   "MAIL does not come inside a transaction.",
		Effect: "Servers answer 503, and the message goes with the old envelope.",
		Fix:    "Send RSET before another MAIL.",
	}.ofSession(nil, "nested-mail"),
	Rule{
		ID: "env-no-rcpt", Level: rfc.MUST, Cites: rfc.Cites("5321 §3.3 §4.1.1.4"),
		Text:   "DATA comes only if a recipient was accepted.",
		Effect: "Servers answer 503 or 554; a message for nobody is lost.",
		Fix:    "Count the accepted recipients, and send RSET or QUIT if there are none.",
	}.ofSession(nil, "data-without-recipients"),
	Rule{
		ID: "utf8-addr-not-offered", Level: rfc.MUST, Cites: rfc.Cites("6531 §3.2 §3.5; 5321 §2.4"),
		Text:   "An address beyond ASCII is not sent to a server without SMTPUTF8.",
		Effect: "Servers refuse it, or write to another address.",
		Fix:    "Send the domain with A-labels, and refuse a local part beyond ASCII.",
	}.ofSession(offered("utf8-address", "SMTPUTF8", false)),
	Rule{
		ID: "utf8-addr-offered", Level: rfc.MUST, Cites: rfc.Cites("6531 §3.4"),
		Text:   "An address beyond ASCII comes with SMTPUTF8 on MAIL.",
		Effect: "Servers refuse it.",
		Fix:    "Write MAIL FROM:<…> SMTPUTF8.",
	}.ofSession(offered("utf8-address", "SMTPUTF8", true)),
}

// The rules of AUTH.
var authRules = []Rule{
	Rule{
		ID: "auth-not-in-transaction", Level: rfc.MUST, Cites: rfc.Cites("4954 §4"),
		Text:   "AUTH succeeds once, and not inside a transaction.",
		Effect: "Servers answer 503.",
		Fix:    "Authenticate once, before MAIL.",
	}.ofSession(nil, "auth-sequence"),
	Rule{
		ID: "auth-clear", Level: rfc.SHOULD, Cites: rfc.Cites("4954 §9; 8314 §3"),
		Text:   "A password is sent inside TLS only.",
		Effect: "Everybody on the way can read it.",
		Fix:    "Use TLS from the start, or STARTTLS and give up without it.",
	}.ofSession(nil, "password-in-clear"),
}

// offered judges anomalies of a kind by whether EHLO had offered what they lack.
func offered(kind, keyword string, is bool) func(*record.Session, *sightings) {
	return func(s *record.Session, found *sightings) {
		offers := offers(s, keyword)
		for _, a := range s.Anomalies {
			n := min(max(a.Command, 0), len(s.Commands))
			if a.Kind == kind && offers[n] == is {
				found.anomaly(a)
			}
		}
	}
}

// offers says for each command, counted from 1, whether the last good reply to
// EHLO up to it had a keyword, RFC 5321 §4.1.1.1.
func offers(s *record.Session, keyword string) []bool {
	all := make([]bool, len(s.Commands)+1)
	for i, c := range s.Commands {
		all[i+1] = all[i]
		if c.Verb != "" && c.Stage() == record.EHLO && c.Reply.Positive() {
			all[i+1] = hasKeyword(c.Reply, keyword)
		}
	}
	return all
}

func hasKeyword(r record.Reply, keyword string) bool {
	for n, line := range r.Lines {
		word, _, _ := strings.Cut(line, " ")
		if n > 0 && strings.EqualFold(word, keyword) {
			return true
		}
	}
	return false
}

// transaction is how far a session is. Where a client may not have seen a reply
// yet, it is taken to have been a good one.
type transaction struct{ hello, mail bool }

func judgeOrder(s *record.Session, found *sightings) {
	var t transaction
	for i, c := range s.Commands {
		if text := t.step(c); text != "" {
			found.command(i+1, c, "%s", text)
		}
	}
}

// step returns what is out of order.
func (t *transaction) step(c record.Command) string {
	tried := c.Reply.Positive() || c.Reply.Code == 0
	switch {
	case c.Stage() == record.EHLO && c.Verb != "":
		t.hello = true
	case c.Verb == "MAIL":
		hello := t.hello
		t.mail = true
		if !hello {
			return "MAIL came before EHLO or HELO"
		}
	case c.Verb == "RCPT" && !t.mail:
		return "RCPT came without MAIL before it"
	case c.Verb == "DATA" && !t.mail:
		return "DATA came without MAIL before it"
	case c.Verb == "RSET" && tried, c.Stage() == record.BODY:
		t.mail = false
	}
	return ""
}
