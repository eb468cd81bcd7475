package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var dropGroup = &conform.Group{Name: "drop", Title: "A connection that is lost",
	Effect: "Mail is given up although a later try would succeed, or reported as sent although nobody has it.",
	Fix:    "Treat a connection that ends before a reply like a 451 to that command: report a temporary failure.",
}

// dropped is a connection that ends instead of a reply.
func dropped(stage record.Stage) *conform.Script {
	return &conform.Script{Text: "closes the connection instead of a reply to " + string(stage), Rules: []harness.Rule{harness.On(stage).Drop()}}
}

const dropExpect = "passes: a temporary failure, no message sent; tells if the failure has no class; warns: a permanent one; fails: success"

var drop = of(dropGroup,
	scenario{ID: "drop-ehlo", Tier: 1, Title: "FIN in reply to EHLO", Level: rfc.SHOULD, RFC: "5321 §3.8", Expect: dropExpect,
		Script: dropped(harness.EHLO), Judge: at(conform.Refused(conform.Temp, 0), "EHLO", "HELO")},
	scenario{ID: "drop-mail", Tier: 1, Title: "FIN in reply to MAIL", Level: rfc.SHOULD, RFC: "5321 §3.8", Expect: dropExpect,
		Script: dropped(harness.MAIL), Judge: at(conform.Refused(conform.Temp, 0), "MAIL")},
	scenario{ID: "drop-rcpt", Tier: 1, Title: "FIN in reply to RCPT", Level: rfc.SHOULD, RFC: "5321 §3.8", Expect: dropExpect,
		Script: dropped(harness.RCPT), Judge: at(conform.Refused(conform.Temp, 0), "RCPT")},
	scenario{ID: "drop-data", Tier: 1, Title: "FIN in reply to DATA", Level: rfc.SHOULD, RFC: "5321 §3.8", Expect: dropExpect,
		Script: dropped(harness.DATA), Judge: at(conform.Refused(conform.Temp, 0), "DATA")},
	scenario{ID: "drop-rst-mail", Tier: 2, Title: "RST in reply to MAIL", Level: rfc.SHOULD, RFC: "5321 §3.8", Expect: dropExpect,
		Script: &conform.Script{Text: "resets the connection instead of a reply to MAIL", Rules: []harness.Rule{harness.On(harness.MAIL).Reset()}},
		Judge:  at(conform.Refused(conform.Temp, 0), "MAIL")},
	scenario{ID: "drop-mid-reply", Tier: 1, Title: "FIN inside a multiline reply", Level: rfc.SHOULD, RFC: "5321 §3.8 §4.2.1",
		Expect: "passes: a temporary failure; tells if the failure has no class; warns: a permanent one; fails: success",
		Script: &conform.Script{Text: "closes the connection inside the second line of the reply to MAIL",
			Rules: []harness.Rule{harness.On(harness.MAIL).ReplyRaw([]byte("250-ok\r\n25")).ThenDrop()}},
		Judge: at(conform.Refused(conform.Temp, 0), "MAIL")},
	scenario{ID: "drop-body", Tier: 1, Title: "RST in the middle of the message", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure; tells if the failure has no class; warns: a permanent one; fails: success",
		Needs:  []conform.Need{conform.NeedRaw},
		Script: &conform.Script{Text: "resets the connection when it has 100 kB of a message of 2.6 MB", Ask: askMade(large), Options: narrow, Guard: ample,
			Peer: behind354(func(t *transaction) error {
				_, err := t.ReadOctets(100 << 10)
				t.Reset()
				return err
			})},
		Judge: at(conform.Refused(conform.Temp, 0), "DATA")},
	scenario{ID: "drop-auth", Tier: 2, Title: "FIN inside AUTH", Level: rfc.SHOULD, RFC: "5321 §3.8; 4954 §4",
		Expect: "passes: a temporary failure; warns: a permanent one, as if the password were wrong, or mail sent without signing in; fails: success",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "closes the connection instead of a reply to AUTH", TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN"},
			Rules: []harness.Rule{harness.On(harness.AUTH).Drop()}},
		Judge: at(inTurn(neverUnsigned, conform.Refused(conform.Temp, 0)), "AUTH")},
	scenario{ID: "drop-starttls", Tier: 2, Title: "FIN in reply to STARTTLS", Level: rfc.SECURITY, RFC: "5321 §3.8; 3207 §4",
		Expect: "passes: a failure; fails: the message sent in the clear, on a new connection perhaps",
		Effect: "Whoever can cut connections reads the mail.",
		Needs:  []conform.Need{conform.NeedStartTLS},
		Script: &conform.Script{Text: "closes the connection instead of a reply to STARTTLS", TLS: conform.STARTTLS,
			Rules: []harness.Rule{harness.On(harness.STARTTLS).Drop()}},
		Judge: at(inTurn(noClearText, conform.Refused("", 0)), "STARTTLS")},
	scenario{ID: "drop-half-close", Tier: 2, Title: "Server half-closes after 354", Level: rfc.INTEROP, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure; tells if the failure has no class; warns: a permanent one; fails: success",
		Script: &conform.Script{Text: "says 354, closes its own direction of the connection and reads on", Rules: []harness.Rule{harness.On(harness.DATA).HalfClose()}},
		Judge:  at(conform.Refused(conform.Temp, 0), "DATA")},
)
