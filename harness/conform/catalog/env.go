package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var envGroup = &conform.Group{Name: "env", Title: "The envelope",
	Effect: "Servers refuse the command, or the mail goes to somebody else.",
	Fix:    "Write MAIL FROM:<path> and RCPT TO:<path> with the address as it was given, and refuse what cannot be one.",
}

// forRecipients is a good server, and a job for these recipients.
func forRecipients(text string, rcpts ...string) *conform.Script {
	return &conform.Script{Text: "a good server without any extension; " + text, Ask: func(_ conform.Env, j *record.Job) { j.Rcpts = rcpts }}
}

// fromSender is a good server, and a job with this reverse-path. A composed
// message keeps an ordinary author.
func fromSender(text, from string) *conform.Script {
	return &conform.Script{Text: "a good server without any extension; " + text, Ask: func(_ conform.Env, j *record.Job) {
		j.From = from
		for i := range j.Messages {
			if j.Messages[i].Composed() {
				j.Messages[i].FromHeader = "sender@example.org"
			}
		}
	}}
}

var (
	takesRcpt = []conform.Need{conform.NeedRcpt}
	takesFrom = []conform.Need{conform.NeedFrom}
)

// longMailbox has the 254 octets that a path leaves a mailbox, RFC 5321
// §4.5.3.1.3, within the limits of §4.5.3.1.1 and of domain names.
var longMailbox = strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "exa"

const (
	otherMailbox = "Mail goes to another mailbox, or to none."
	intruder     = "Whoever chooses the address can send commands of its own: further recipients, another sender."
	refuseIt     = "Refuse an address that holds CR or LF, or anything that would end its path."
)

var env = of(envGroup,
	scenario{ID: "env-order", Tier: 2, Title: "Order of commands: EHLO, MAIL, RCPT, DATA, QUIT", Level: rfc.MUST, RFC: "5321 §4.1.4",
		Expect: "passes: in this order; fails: any other. NOOP, RSET, HELP, VRFY and EXPN may come at any time.",
		Script: baseline, Judge: once([]string{"MAIL"}, inSequence)},
	scenario{ID: "env-syntax", Tier: 1, Title: "No blank around the colon, brackets around paths", Level: rfc.MUST, RFC: "5321 §3.3 §4.1.1.2",
		Expect: "passes: MAIL FROM:<path> and RCPT TO:<path>; warns: a blank at the end; fails: a blank at the colon, or no brackets",
		Fix:    "Write no blank on either side of the colon, and the path in angle brackets.",
		Script: baseline, Judge: once([]string{"MAIL"}, pathSyntax)},
	scenario{ID: "env-crlf-lines", Tier: 2, Title: "Every command ends with CRLF", Level: rfc.MUST, RFC: "5321 §2.3.8",
		Expect: "passes: CRLF behind each; fails: LF alone, or CR within",
		Effect: "Servers drop the connection, as they do for smuggled mail.", Fix: "End every command with CR LF.",
		Script: baseline, Judge: connected(endsInCRLF)},
	scenario{ID: "env-cmd-length", Tier: 2, Title: "Command lines of 512 octets at most", Level: rfc.SHOULD, RFC: "5321 §4.5.3.1.4",
		Expect: "passes: 512 octets or fewer with CRLF, and what extensions add; warns: more; n/a: a mailbox of 254 octets is refused",
		Needs:  takesRcpt,
		Script: forRecipients("the recipient's mailbox has 254 octets", longMailbox), Judge: shortLines},
	scenario{ID: "env-null-sender", Tier: 2, Title: "The null reverse-path", Level: rfc.SHOULD, RFC: "5321 §4.5.5",
		Expect: "passes: MAIL FROM:<>; warns: anything else is sent; n/a: it cannot be asked for",
		Effect: "Reports about mail that could not be delivered are answered with reports, without end.",
		Fix:    "Write <> where there is no sender.", Needs: takesFrom,
		Script: fromSender("the reverse-path is the null path", ""), Judge: nullPath},
	scenario{ID: "env-case", Tier: 1, Title: "Case of the local-part is kept", Level: rfc.MUST, RFC: "5321 §2.4",
		Expect: "passes: sent as given; warns: refused; fails: changed", Effect: otherMailbox, Needs: takesRcpt,
		Script: forRecipients("the recipient is MiXed.Case@Example.NET", "MiXed.Case@Example.NET"), Judge: kept("MiXed.Case@Example.NET")},
	scenario{ID: "env-quoted-local", Tier: 1, Title: "A quoted local-part stays quoted", Level: rfc.MUST, RFC: "5321 §4.1.2",
		Expect: "passes: sent with its quotes; warns: refused; fails: changed", Effect: otherMailbox, Needs: takesRcpt,
		Script: forRecipients(`the recipient is "joe..x"@example.net`, `"joe..x"@example.net`), Judge: kept(`"joe..x"@example.net`)},
	scenario{ID: "env-address-literal", Tier: 2, Title: "An address literal is sent as it is", Level: rfc.MUST, RFC: "5321 §4.1.3",
		Expect: "passes: sent as given; warns: refused; fails: changed", Effect: otherMailbox, Needs: takesRcpt,
		Script: forRecipients("the recipient is joe@[127.0.0.1]", "joe@[127.0.0.1]"), Judge: kept("joe@[127.0.0.1]")},
	scenario{ID: "env-plus-tag", Tier: 2, Title: "Sub-addresses and unusual letters are kept", Level: rfc.MUST, RFC: "5321 §4.1.2",
		Expect: "passes: sent as given; warns: refused, or quoted without need; fails: changed", Effect: otherMailbox, Needs: takesRcpt,
		Script: forRecipients("the recipient is o'b+x=1#y@example.net", "o'b+x=1#y@example.net"), Judge: kept("o'b+x=1#y@example.net")},
	scenario{ID: "env-source-route", Tier: 2, Title: "No source routes", Level: rfc.SHOULD, RFC: "5321 §3.3 §C",
		Expect: "passes: none; warns: a path begins with @",
		Effect: "Servers refuse the path, as relaying.", Fix: "Write the mailbox alone.",
		Script: baseline, Judge: once([]string{"MAIL"}, noRoutes)},
	scenario{ID: "env-display-name", Tier: 2, Title: "No display name in the envelope", Level: rfc.MUST, RFC: "5321 §4.1.2",
		Expect: "passes: the mailbox alone is sent; warns: refused; fails: the name comes with it", Needs: takesFrom,
		Script: fromSender("the sender is Bat <a@example.org>", "Bat <a@example.org>"), Judge: nameLeftOut},
	scenario{ID: "env-dup-rcpt", Tier: 2, Title: "The same recipient two times", Level: rfc.INFO, RFC: "5321 §3.3",
		Expect: "says: how many RCPT come; fails: an untruth about the mail",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: forRecipients("the job names the same recipient two times", "recipient@example.net", "recipient@example.net"), Judge: once([]string{"RCPT"}, countRecipients)},
	scenario{ID: "env-no-rcpt", Tier: 2, Title: "No recipients", Level: rfc.MUST, RFC: "5321 §3.3",
		Expect: "passes: an error, no DATA; says: it takes recipients from the message; fails: DATA without a recipient, or success",
		Effect: "The caller believes that something was sent.", Fix: "Refuse a message for nobody.", Needs: takesRcpt,
		Script: forRecipients("the job has no recipients"), Judge: nobody},
	scenario{ID: "env-param-not-offered", Tier: 2, Title: "No parameter that was not offered", Level: rfc.MUST, RFC: "5321 §4.1.1.3 §2.2.1",
		Expect: "passes: MAIL and RCPT without parameters; fails: any",
		Effect: "The server refuses the command with 555 or 501, and the mail with it.",
		Fix:    "Send a parameter only where the last reply to EHLO offers its extension.",
		Script: baseline, Judge: once([]string{"MAIL"}, noParameters)},
	scenario{ID: "env-idn-domain", Tier: 2, Title: "A recipient's domain beyond ASCII without SMTPUTF8", Level: rfc.MUST, RFC: "6531 §3.2; 5321 §2.4; 5890",
		Expect: "passes: sent as A-labels, or refused; fails: octets beyond ASCII are sent, or another domain",
		Effect: "The server refuses the recipient, or the mail goes elsewhere.", Fix: "Write such a domain in A-labels, or refuse it.", Needs: takesRcpt,
		Script: forRecipients("the recipient is user@"+idnDomain, "user@"+idnDomain), Judge: domainASCII},
)

// envInjection are addresses that are more than an address.
var envInjection = of(envGroup,
	scenario{ID: "env-crlf-injection", Tier: 1, Title: "CRLF in a recipient", Level: rfc.SECURITY, RFC: "5321 §2.3.8 §4.1.2",
		Expect: "passes: refused, nothing sent; warns: sent in another form; fails: the second command reaches the server",
		Effect: intruder, Fix: refuseIt, Needs: takesRcpt,
		Script: forRecipients("the recipient is b@example.net>, CRLF, RCPT TO:<evil@example.net", "b@example.net>\r\nRCPT TO:<evil@example.net"),
		Judge:  notInjected("RCPT", "evil@example.net")},
	scenario{ID: "env-crlf-injection-from", Tier: 2, Title: "CRLF in the sender", Level: rfc.SECURITY, RFC: "5321 §2.3.8",
		Expect: "passes: refused, nothing sent; warns: sent in another form; fails: the commands behind it reach the server",
		Effect: intruder, Fix: refuseIt, Needs: takesFrom,
		Script: fromSender("the sender is a@example.org>, CRLF, RSET, CRLF, MAIL FROM:<x@y", "a@example.org>\r\nRSET\r\nMAIL FROM:<x@y"),
		Judge:  notInjected("MAIL", "x@y")},
	scenario{ID: "env-gt-injection", Tier: 1, Title: "A parameter within the address", Level: rfc.SECURITY, RFC: "5321 §4.1.2",
		Expect: "passes: refused, or quoted; warns: sent as it is",
		Effect: "Whoever chooses the address can add parameters, such as one that suppresses reports.", Fix: refuseIt, Needs: takesRcpt,
		Script: smuggledParameter(), Judge: parameterKeptIn},
	scenario{ID: "env-reparse", Tier: 2, Title: "One address stays one address", Level: rfc.SECURITY, RFC: "5322 §3.4",
		Expect: "passes: exactly that mailbox, or refused; warns: a@x,b@y is taken for a list of two, or what is sent is no mailbox; fails: another mailbox is addressed",
		Effect: otherMailbox, Fix: "Take an address for the envelope as it is, or refuse it; do not parse it a second time.", Needs: takesRcpt,
		Scripts: []*conform.Script{oddMailbox, twoInOne}, Judge: conform.Each(oneMailbox, onSecond(oneOfTwo))},
)

const quotedMailbox = `"a@evil.test> x"@example.net`

var (
	oddMailbox = func() *conform.Script {
		s := forRecipients("the recipient is "+quotedMailbox, quotedMailbox)
		s.ID = "env-reparse"
		return s
	}()
	twoInOne = func() *conform.Script {
		s := forRecipients("the one recipient is a@x,b@y", "a@x,b@y")
		s.ID = "env-reparse-list"
		return s
	}()
)

func smuggledParameter() *conform.Script {
	s := forRecipients("DSN is offered; the recipient is b@example.net>NOTIFY=NEVER", "b@example.net>NOTIFY=NEVER")
	s.Text = "a good server that offers DSN; the recipient is b@example.net>NOTIFY=NEVER"
	s.Offer = []string{"DSN"}
	return s
}
