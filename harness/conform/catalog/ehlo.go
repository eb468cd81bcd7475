package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var ehloGroup = &conform.Group{Name: "ehlo", Title: "EHLO and HELO",
	Effect: "Servers refuse the client, or the client misses what they offer.",
	Fix:    "Say EHLO with the host's name first, read its reply line by line, keyword by keyword, and HELO only where EHLO is not known.",
}

// onEHLO begins a rule for EHLO and not for HELO.
func onEHLO() harness.Rule {
	return harness.On(harness.EHLO).When(func(x *harness.Exchange) bool { return x.Command.Verb == "EHLO" })
}

// helloed is a Script of a good server but for the reply to EHLO. HELO is
// accepted.
func helloed(text string, at harness.Rule) *conform.Script {
	return &conform.Script{Text: text, Rules: []harness.Rule{at}}
}

// offers is helloed with a reply of these octets.
func offers(octets string) *conform.Script {
	return helloed("the reply to EHLO is the octets "+quoted(octets), onEHLO().ReplyRaw([]byte(octets)))
}

// noEHLO is a server that has never heard of EHLO.
var noEHLO = &conform.Script{ID: "ehlo-500-helo", Text: "EHLO is answered 500, HELO 250",
	Rules: []harness.Rule{onEHLO().Reply(500, "5.5.2 command not recognized")}}

const (
	oldServers = "Servers that know only HELO cannot be reached."
	fallBack   = "Send HELO where EHLO is answered 500 or 502."
	keywords   = "Compare the first word of each line behind the first, whole and without its case, and pass over what is not known."
)

var sendsEHLO = []conform.Need{conform.NeedEHLO}

var ehlo = of(ehloGroup,
	scenario{ID: "ehlo-first", Tier: 1, Title: "EHLO before HELO", Level: rfc.SHOULD, RFC: "5321 §4.1.1.1",
		Expect: "passes: EHLO comes first; warns: HELO comes first",
		Effect: "No service extension can be used: no TLS, no AUTH, no SIZE.",
		Script: baseline, Judge: ehloFirst},
	scenario{ID: "ehlo-domain", Tier: 1, Title: "EHLO's argument is a domain name or an address literal", Level: rfc.MUST, RFC: "5321 §4.1.1.1 §4.1.4 §2.3.5",
		Expect: "passes: the name that the client has by itself is fully qualified, [IPv4] or [IPv6:…]; warns: a single label such as localhost, or an address without brackets; fails: none, or one with underscores, blanks or octets beyond ASCII",
		Effect: "Many servers refuse or distrust a client whose name cannot be one.",
		Fix:    "Send the host's fully-qualified name, or the connection's own address in brackets where it has none.",
		Script: baseline, Judge: helloNames},
	scenario{ID: "ehlo-domain-ascii", Tier: 2, Title: "A host name beyond ASCII is sent as A-labels", Level: rfc.MUST, RFC: "6531 §3.7.1; 5321 §4.1.2",
		Expect: "passes: sent as " + idnDomainASCII + ", or refused; warns: another name is sent; fails: octets beyond ASCII are sent",
		Needs:  []conform.Need{conform.NeedHelo},
		Script: &conform.Script{Text: "a good server; the client's name is " + idnDomain, Ask: func(_ conform.Env, j *record.Job) { j.Helo = idnDomain }},
		Judge:  helloASCII},
	scenario{ID: "ehlo-crlf", Tier: 2, Title: "CRLF in the name for EHLO", Level: rfc.SECURITY, RFC: "5321 §2.3.7",
		Expect: "passes: refused; warns: the line end is taken out; fails: the RSET behind it reaches the server",
		Effect: "Whoever chooses the name can send commands of its own.",
		Fix:    "Refuse a name that holds anything but a domain or an address literal.",
		Needs:  []conform.Need{conform.NeedHelo},
		Script: &conform.Script{Text: "a good server; the client's name is x, CRLF, RSET", Ask: func(_ conform.Env, j *record.Job) { j.Helo = helloWithCRLF }},
		Judge:  helloNotInjected},
	scenario{ID: "ehlo-500-helo", Tier: 1, Title: "HELO where EHLO is answered 500", Level: rfc.SHOULD, RFC: "5321 §3.2",
		Expect: "passes: HELO sent, delivered; warns: gives up", Effect: oldServers, Fix: fallBack, Needs: sendsEHLO,
		Script: noEHLO, Judge: once([]string{"EHLO"}, delivered("HELO was sent, and the message delivered"))},
	scenario{ID: "ehlo-502-helo", Tier: 1, Title: "HELO where EHLO is answered 502", Level: rfc.SHOULD, RFC: "5321 §3.2 §4.3.2",
		Expect: "passes: HELO sent, delivered; warns: gives up", Effect: oldServers, Fix: fallBack, Needs: sendsEHLO,
		Script: helloed("EHLO is answered 502, HELO 250", onEHLO().Reply(502, "5.5.1 not implemented")),
		Judge:  once([]string{"EHLO"}, delivered("HELO was sent, and the message delivered"))},
	scenario{ID: "ehlo-504-helo", Tier: 2, Title: "EHLO refused with 504", Level: rfc.INFO, RFC: "5321 §4.3.2",
		Expect: "says: whether it falls back to HELO or gives up; fails: an untruth about the mail", Needs: sendsEHLO,
		Script: helloed("EHLO is answered 504, HELO 250", onEHLO().Reply(504, "5.5.4 parameter not implemented")),
		Judge:  once([]string{"EHLO"}, conform.Decides("it falls back to HELO", "it gives up"))},
	scenario{ID: "ehlo-550", Tier: 2, Title: "EHLO refused with 550", Level: rfc.INFO, RFC: "5321 §4.1.4",
		Expect: "says: whether it falls back to HELO or gives up; fails: an untruth about the mail", Needs: sendsEHLO,
		Script: helloed("EHLO is answered 550, HELO 250", onEHLO().Reply(550, "5.7.1 bad name")),
		Judge:  once([]string{"EHLO"}, conform.Decides("it falls back to HELO", "it gives up"))},
	scenario{ID: "ehlo-both-rejected", Tier: 1, Title: "EHLO and HELO refused", Level: rfc.MUST, RFC: "5321 §4.1.1.1",
		Expect: "passes: a permanent failure that tells 550, no MAIL; warns: class or code is not told; fails: MAIL sent, or success",
		Effect: notKnown, Fix: tellTheCode,
		Script: &conform.Script{Text: "EHLO and HELO are answered 550 5.7.1 go away", Rules: []harness.Rule{harness.On(harness.EHLO).Reply(550, "5.7.1 go away")}},
		Judge:  once([]string{"EHLO", "HELO"}, conform.Each(conform.Refused(conform.Perm, 550), never("MAIL")))},
	scenario{ID: "ehlo-421-no-helo", Tier: 1, Title: "421 to EHLO, and the connection closes", Level: rfc.MUST, RFC: "5321 §3.8 §4.2.1",
		Expect: "passes: a temporary failure that tells 421, no HELO; warns: class or code is lost, or HELO is sent; fails: success without delivery",
		Effect: notKnown, Fix: "A 421 ends the session: report it, and try nothing else on it.", Needs: sendsEHLO,
		Script: helloed("EHLO is answered 421 4.3.2 shutting down, then the connection closes; HELO 250", onEHLO().Reply(421, "4.3.2 shutting down").ThenDrop()),
		Judge:  once([]string{"EHLO"}, laterNotHELO(421))},
	scenario{ID: "ehlo-421-open", Tier: 1, Title: "421 to EHLO, and the connection stays open", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure, QUIT or close; warns: HELO is sent after the 421, or class or code is not told; fails: success without delivery",
		Effect: notKnown, Fix: "A 421 ends the session: report it, and try nothing else on it.", Needs: sendsEHLO,
		Script: helloed("EHLO is answered 421 4.3.2 shutting down, the connection stays open; HELO 250", onEHLO().Reply(421, "4.3.2 shutting down")),
		Judge:  once([]string{"EHLO"}, laterNotHELO(421))},
	scenario{ID: "ehlo-451", Tier: 1, Title: "4yz to EHLO", Level: rfc.MUST, RFC: "5321 §4.2.1",
		Expect: "passes: a temporary failure that tells 451; warns: HELO is tried, or class or code is not told; fails: success without delivery, or permanent without the code",
		Effect: notKnown, Fix: tellTheCode, Needs: sendsEHLO,
		Script: helloed("EHLO is answered 451 4.3.0 later, HELO 250", onEHLO().Reply(451, "4.3.0 later")),
		Judge:  once([]string{"EHLO"}, conform.Each(laterNotHELO(451), mayPass(451)))},
	scenario{ID: "ehlo-drop", Tier: 2, Title: "The connection closes on EHLO", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure, or delivered over another connection with HELO; warns: reported as permanent, or without a class; fails: success without delivery",
		Effect: notKnown, Needs: sendsEHLO,
		Script: helloed("the connection closes instead of an answer to EHLO; HELO 250", onEHLO().Drop()),
		Judge:  once([]string{"EHLO"}, deliveredOr("it came again with HELO, and delivered", conform.Refused(conform.Temp, 0)))},
	scenario{ID: "ehlo-helo-no-params", Tier: 1, Title: "Nothing of ESMTP after HELO", Level: rfc.MUST, RFC: "5321 §2.2.1 §4.1.1.3",
		Expect: "passes: MAIL and RCPT without parameters, no STARTTLS, no AUTH; fails: any of these; n/a: HELO is not sent",
		Effect: "An old server refuses the parameters with 501 or 555, and the mail with them.",
		Fix:    "Forget all extensions with HELO.",
		Script: noEHLO, Judge: plainAfterHELO},
	scenario{ID: "ehlo-once", Tier: 2, Title: "No needless second EHLO", Level: rfc.INFO, RFC: "5321 §4.1.4",
		Expect: "says: how often EHLO and HELO were sent in one session without TLS",
		Script: baseline, Judge: countHellos},
)

// The same domain, as people write it and as it goes over the wire without
// SMTPUTF8 (RFC 5890 §2.3.2.1).
const (
	idnDomain      = "бат.mn"
	idnDomainASCII = "xn--80ab6c.mn"
	helloWithCRLF  = "x\r\nRSET"
)
