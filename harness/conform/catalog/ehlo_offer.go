package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var signsIn = []conform.Need{conform.NeedAuth, conform.NeedImplicitTLS}

// offersAuth is a Script of a server with PLAIN and LOGIN inside TLS that says
// so in these octets.
func offersAuth(octets string) *conform.Script {
	s := offers(octets)
	s.TLS, s.Auth = conform.ImplicitTLS, []string{"PLAIN", "LOGIN"}
	s.Text += ", inside TLS, for a client that is to sign in"
	return s
}

// lowerKeyword is ehlo-keyword-case-auth's server with its mechanisms in capitals.
func lowerKeyword() *conform.Script {
	s := offersAuth("250-mx.test\r\n250 auth PLAIN LOGIN\r\n")
	s.ID = "ehlo-keyword-case-auth-alone"
	return s
}

// optionalTLS asks clients that can do so to take TLS where it is offered.
func optionalTLS(e conform.Env, j *record.Job) {
	if e.Profile.Has(conform.NeedStartTLSOptional) {
		askOptional(e, j)
	}
}

// withUser gives clients that can sign in a user.
func withUser(e conform.Env, j *record.Job) {
	if e.Profile.Has(conform.NeedAuth) {
		askToSignIn(e, j)
	}
}

const lookAlikes = "250-mx.test\r\n250-XSTARTTLS\r\n250-NOSIZE\r\n250 AUTHX PLAIN\r\n"

// lookAlike offers what only looks like extensions.
func lookAlike(id, text string, ask func(conform.Env, *record.Job)) *conform.Script {
	s := offers(lookAlikes)
	s.ID, s.Ask = id, ask
	s.Text += text
	return s
}

var ehloOffers = of(ehloGroup,
	scenario{ID: "ehlo-keyword-case-starttls", Tier: 1, Title: "Case of keywords: starttls", Level: rfc.MUST, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered inside TLS; fails: not recognised, so that it fails or sends in clear text",
		Effect: "TLS is not begun although the server offers it.", Fix: keywords,
		Needs: []conform.Need{conform.NeedStartTLS},
		Script: &conform.Script{Text: "EHLO offers starttls and Size in these letters", TLS: conform.STARTTLS, Rules: []harness.Rule{
			harness.On(harness.EHLO).BeforeTLS().ReplyRaw([]byte("250-mx.test\r\n250-starttls\r\n250 Size 1000000\r\n"))}},
		Judge: conform.Each(insideTLS, conform.Delivered)},
	scenario{ID: "ehlo-keyword-case-auth", Tier: 1, Title: "Case of keyword and mechanisms: auth plain", Level: rfc.MUST, RFC: "5321 §4.1.1.1; 4954 §8",
		Expect: "passes: signed in, delivered; warns: the keyword is recognised, and the mechanisms are not, which RFC 4422 writes in capitals; fails: the keyword is not; n/a: it knows neither PLAIN nor LOGIN",
		Effect: "The client does not sign in although the server lets it.", Fix: keywords, Needs: signsIn,
		Script:  offersAuth("250-mx.test\r\n250 auth plain login\r\n"),
		Scripts: []*conform.Script{lowerKeyword()}, Judge: plainOrLogin(findsLowerCase)},
	scenario{ID: "ehlo-unknown-ext", Tier: 1, Title: "Unknown keywords are passed over", Level: rfc.MUST, RFC: "5321 §2.2.1",
		Expect: "passes: delivered, none of them used; fails: not delivered, or one used that it was not asked for", Fix: keywords,
		Script: offers("250-mx.test\r\n250-XCLIENT NAME ADDR\r\n250-ETRN\r\n250-LIMITS RCPTMAX=100\r\n250-FUTURERELEASE 86400 2030-01-01T00:00:00Z\r\n250 X-FOO bar=1\r\n"),
		Judge:  conform.Each(once([]string{"EHLO", "HELO"}, conform.Delivered), never("XCLIENT", "ETRN", "X-FOO"), noParameters)},
	scenario{ID: "ehlo-only-domain", Tier: 1, Title: "One-line reply to EHLO", Level: rfc.MUST, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered; fails: not delivered",
		Script: baseline, Judge: once([]string{"EHLO", "HELO"}, conform.Delivered)},
	scenario{ID: "ehlo-bare-250", Tier: 1, Title: "The reply to EHLO is the code alone", Level: rfc.MUST, RFC: "5321 §4.2",
		Expect: "passes: delivered without extensions; fails: not delivered, or a parameter sent",
		Fix:    "Take a reply line that ends behind its three digits.",
		Script: offers("250\r\n"), Judge: conform.Each(once([]string{"EHLO", "HELO"}, conform.Delivered), noParameters)},
	scenario{ID: "ehlo-first-line-not-ext", Tier: 1, Title: "The line with the domain offers nothing", Level: rfc.MUST, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered, no STARTTLS; fails: STARTTLS sent, or not delivered", Fix: keywords,
		Effect: "A server whose name or greeting text has such a word cannot be reached.",
		Needs:  []conform.Need{conform.NeedStartTLSOptional},
		Script: firstLineOffers(), Judge: conform.Each(never("STARTTLS"), conform.Delivered)},
	scenario{ID: "ehlo-substring", Tier: 1, Title: "Keywords are compared whole", Level: rfc.SHOULD, RFC: "5321 §4.1.1.1",
		Expect: "passes: none of STARTTLS, SIZE and AUTH is used; warns: one is used, or not delivered", Fix: keywords,
		Effect: "Commands and parameters are sent that the server refuses.",
		Scripts: []*conform.Script{
			lookAlike("ehlo-substring", "; TLS is to be taken where it is offered", optionalTLS),
			lookAlike("ehlo-substring-auth", "; the client is to sign in", withUser)},
		Judge: conform.Each(noParameters, never("STARTTLS", "AUTH"), conform.Delivered, onSecond(never("STARTTLS", "AUTH")))},
	scenario{ID: "ehlo-auth-equals", Tier: 1, Title: "The old form AUTH=PLAIN", Level: rfc.INFO, RFC: "4954",
		Expect: "says: whether the form is used or ignored; fails: an untruth about the mail", Needs: signsIn,
		Script: offersAuth("250-mx.test\r\n250 AUTH=PLAIN LOGIN\r\n"), Judge: oldAuth},
	scenario{ID: "ehlo-spaces", Tier: 2, Title: "Odd blanks in what is offered", Level: rfc.INTEROP, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered; warns: not delivered; fails: crashes",
		Script: spacedOffers(), Judge: once([]string{"EHLO", "HELO"}, conform.Delivered)},
	scenario{ID: "ehlo-duplicate", Tier: 2, Title: "The same keyword two times", Level: rfc.INTEROP, RFC: "5321 §4.1.1.1",
		Expect: "says: which mechanism of the two lists is used; warns: not delivered", Needs: signsIn,
		Script: offersAuth("250-mx.test\r\n250-AUTH PLAIN\r\n250-AUTH LOGIN\r\n250 AUTH=PLAIN\r\n"),
		Judge:  plainOrLogin(conform.Each(conform.Delivered, whichMechanism))},
	scenario{ID: "ehlo-nonascii", Tier: 2, Title: "Octets beyond ASCII in the line with the domain", Level: rfc.INTEROP, RFC: "5321 §4.1.1.1",
		Expect: "passes: delivered; warns: not delivered; fails: crashes",
		Fix:    "Read replies as octets; their text decides nothing.",
		Script: offers("250-mx \xc3\xa9\r\n250 HELP\r\n"), Judge: once([]string{"EHLO", "HELO"}, conform.Delivered)},
)

func firstLineOffers() *conform.Script {
	s := offers("250-STARTTLS is my name\r\n250 HELP\r\n")
	s.Ask = optionalTLS
	return s
}

func spacedOffers() *conform.Script {
	s := offers("250-mx.test\r\n250-SIZE  1000000 \r\n250-AUTH  PLAIN   LOGIN \r\n250 8BITMIME \r\n")
	s.Offer = []string{"SIZE 1000000", "8BITMIME"} // which it takes
	return s
}
