package catalog

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var authGroup = &conform.Group{Name: "auth", Title: "Signing in",
	Effect: "Mail is not sent for a user who may send it, or a password is shown to somebody who must not have it.",
	Fix:    "Choose among the mechanisms that the EHLO reply in force offers, follow the exchange reply by reply, and send nothing when it has failed.",
}

// auth is the whole group, in the order of an exchange.
var auth = afterConnecting(slices.Concat(authBasics, authRefusals, authChallenges, authCredentials, authClear, authSCRAM), "auth-utf8", "auth-nul")

// signedUpgrade is an ordinary submission: STARTTLS, AUTH, a message.
var signedUpgrade = &conform.Script{ID: "auth-baseline", Text: "STARTTLS, and inside TLS AUTH PLAIN LOGIN", TLS: conform.STARTTLS,
	Auth: []string{"PLAIN", "LOGIN"}, Options: secrets}

// offering is a good server with these mechanisms.
func offering(mechanisms ...string) *conform.Script {
	return &conform.Script{Text: "AUTH " + strings.Join(mechanisms, " "), TLS: conform.AnyTLS, Auth: mechanisms, Options: secrets}
}

// withoutAuth is a server that offers these lines and refuses AUTH so, and a
// job with credentials.
func withoutAuth(text string, code int, refusal string, lines ...string) *conform.Script {
	return &conform.Script{Text: text, TLS: conform.AnyTLS, Ask: askToSignIn,
		Options: func(e conform.Env) []harness.Option {
			return append(secrets(e), harness.WithRules(harness.On(harness.AUTH).Reply(code, refusal)),
				harness.WithRules(ehloOf(conform.AnyTLS.For(e.Profile), lines...)...))
		}}
}

// ehloOf are the rules of a server whose EHLO reply has these lines, and
// STARTTLS as long as it can be used.
func ehloOf(mode conform.TLSMode, lines ...string) []harness.Rule {
	lines = append([]string{"mx.test"}, lines...)
	all := []harness.Rule{harness.On(harness.EHLO).Reply(250, lines...)}
	if mode == conform.STARTTLS {
		all = append(all, harness.On(harness.EHLO).BeforeTLS().Reply(250, append(slices.Clone(lines), "STARTTLS")...))
	}
	return all
}

func askToSignIn(_ conform.Env, j *record.Job) { j.User, j.Pass = conform.User, conform.Password }

var authBasics = of(authGroup,
	scenario{ID: "auth-baseline", Tier: 1, Title: "AUTH over TLS", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: signed in with PLAIN or LOGIN before MAIL, and delivered; fails: anything else",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: signedUpgrade, Judge: inTurn(sentSignedIn, conform.Delivered)},
	scenario{ID: "auth-plain-no-ir", Tier: 2, Title: "PLAIN with and without an initial response", Level: rfc.MUST, RFC: "4954 §4; 4422 §3.3",
		Expect: "passes: signed in and delivered, whether the credentials came with AUTH PLAIN or behind 334; fails: anything else",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: offering("PLAIN"), Judge: choosing("PLAIN", plainEitherWay)},
	scenario{ID: "auth-334-no-space", Tier: 1, Title: "Empty challenge without the blank", Level: rfc.INTEROP, RFC: "4954 §4",
		Expect: "passes: delivered; warns: the exchange fails; does not apply to a client that sends its credentials with AUTH PLAIN",
		Fix:    "Take a 334 with no text for an empty challenge.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: signing("AUTH PLAIN; the empty challenge is 334 and CRLF, without a blank", "PLAIN", takePlain("334\r\n")),
		Judge:  choosing("PLAIN", emptyChallenge)},
	scenario{ID: "auth-login-only", Tier: 1, Title: "Only LOGIN offered", Level: rfc.DERIVED, RFC: "4954 §4",
		Expect: "passes: signed in with LOGIN and delivered, or a failure without any AUTH; fails: another mechanism, or MAIL without AUTH",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: offering("LOGIN"), Judge: inTurn(onlyMechanisms("LOGIN"), sentSignedIn)},
	scenario{ID: "auth-login-odd-prompts", Tier: 1, Title: "LOGIN with other prompts", Level: rfc.INTEROP, RFC: "4954 §4",
		Expect: "passes: delivered; warns: the exchange fails on the prompts “User Name” and “Password”, each with a NUL behind it. LOGIN has no standard: the order of the prompts counts, not their words.",
		Fix:    "Answer the first challenge of LOGIN with the user name and the second with the password, whatever they say.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: signing("AUTH LOGIN; the prompts are “User Name” and “Password”, each with a NUL behind it", "LOGIN", takeLogin),
		Judge:  choosing("LOGIN", func(c *conform.Case, _ attempt) conform.Verdict { return conform.Delivered(c) })},
	scenario{ID: "auth-login-235-early", Tier: 1, Title: "LOGIN succeeds before the password", Level: rfc.SECURITY, RFC: "4954 §4",
		Expect: "passes: the password is not sent any more, whether the client goes on or fails; fails: the password is sent as a command",
		Effect: "The password is in the server's log of unknown commands.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: signing("AUTH LOGIN; 235 behind the user name", "LOGIN", loginTooEarly),
		Judge: choosing("LOGIN", func(c *conform.Case, a attempt) conform.Verdict {
			if said, bad := passwordSaid(c, func(s conform.Said) bool { return s.Index > a.last().Index }); bad {
				return c.Breach("the password was sent behind the 235").At(c.Mark(said))
			}
			return c.Pass("no password was sent: %s", c.Told())
		})},
	scenario{ID: "auth-cram-md5-only", Tier: 1, Title: "Only CRAM-MD5 offered", Level: rfc.DERIVED, RFC: "4954 §4; 2195 §2",
		Expect: "passes: the digest is right and the message delivered, or a failure without any AUTH; fails: a wrong digest, another mechanism, or MAIL without AUTH",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: offering("CRAM-MD5"), Judge: inTurn(onlyMechanisms("CRAM-MD5"), rightDigest, sentSignedIn)},
	scenario{ID: "auth-strongest", Tier: 1, Title: "Strongest mechanism first", Level: rfc.SHOULD, RFC: "4954 §9; 4422 §6.1.2",
		Expect: "passes: SCRAM first; info: PLAIN first inside TLS, or the client knows no SCRAM; warns: LOGIN or CRAM-MD5 before a SCRAM that it knows",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: offering("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "SCRAM-SHA-1"), Judge: tried(strongest)},
	scenario{ID: "auth-unknown-only", Tier: 1, Title: "Only unknown mechanisms", Level: rfc.SECURITY, RFC: "4954 §4; 4422 §3.2",
		Expect: "passes: a failure, and no credentials sent; warns: MAIL without AUTH; fails: the password is sent with a mechanism that was not offered",
		Effect: "The password goes to a server that did not ask for it, in a form that it did not ask for.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: withoutAuth("AUTH GSSAPI X-FOO; 504 to every AUTH", 504, "5.5.4 Unrecognized authentication type", "AUTH GSSAPI X-FOO"),
		Judge:  inTurn(hidden, onlyMechanisms("GSSAPI", "X-FOO"), unknownOnly)},
	scenario{ID: "auth-missing", Tier: 1, Title: "Credentials configured, AUTH not offered", Level: rfc.SECURITY, RFC: "4954 §9",
		Expect: "passes: a failure before MAIL; warns: the password is sent nevertheless; fails: MAIL without AUTH",
		Effect: "Whoever can take AUTH out of an EHLO reply reads mail that was to go through an account.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: withoutAuth("no AUTH offered; 502 to every AUTH", 502, "5.5.1 Not implemented"), Judge: inTurn(sentSignedIn, notOffered)},
	scenario{ID: "auth-not-in-transaction", Tier: 2, Title: "AUTH once, and before MAIL", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: no AUTH inside a transaction nor behind a 235; fails: one of those",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "STARTTLS, and inside TLS AUTH PLAIN LOGIN; two messages, if the client sends several", TLS: conform.STARTTLS,
			Auth: []string{"PLAIN", "LOGIN"}, Options: secrets, Ask: askTwo},
		Judge: tried(authInSequence)},
	scenario{ID: "auth-mech-after-tls", Tier: 1, Title: "Mechanisms are those offered inside TLS", Level: rfc.MUST, RFC: "3207 §4.2",
		Expect: "passes: CRAM-MD5, or a failure; fails: PLAIN, which was offered before TLS only",
		Effect: "Whoever can change the first EHLO reply chooses the mechanism.",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "AUTH PLAIN offered before TLS, AUTH CRAM-MD5 inside", TLS: conform.STARTTLS, Auth: []string{"CRAM-MD5"}, Options: secrets,
			Rules: []harness.Rule{harness.On(harness.EHLO).BeforeTLS().Reply(250, "mx.test", "AUTH PLAIN", "STARTTLS")}},
		Judge: inTurn(onlyMechanisms("CRAM-MD5"), sentSignedIn)},
	scenario{ID: "auth-mail-param", Tier: 2, Title: "AUTH= of MAIL", Level: rfc.MUST, RFC: "4954 §5 §8; 3461 §4",
		Expect:  "passes: no AUTH=, or <> or a mailbox in xtext where AUTH was offered; fails: anything else behind AUTH=, or AUTH= where AUTH was not offered",
		Fix:     "Leave AUTH= out unless the message comes from an authenticated submission that has to be named.",
		Needs:   []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Scripts: []*conform.Script{signedUpgrade, baseline}, Judge: mailParam},
)

func plainEitherWay(c *conform.Case, a attempt) conform.Verdict {
	v := inTurn(sentSignedIn, conform.Delivered)(c)
	switch {
	case v.Word != conform.Pass:
		return v
	case a.Initial == "":
		return c.Pass("the credentials came behind 334")
	}
	return c.Pass("the credentials came with AUTH PLAIN")
}

func emptyChallenge(c *conform.Case, a attempt) conform.Verdict {
	if a.Initial != "" {
		return c.NotApplicable("the credentials came with AUTH PLAIN")
	}
	return conform.Delivered(c)
}

func takePlain(prompt string) func(*harness.Peer, record.Command) error {
	return func(p *harness.Peer, c record.Command) error {
		if _, err := asked(p, c, prompt); err != nil {
			return err
		}
		return p.Reply(235, "Authentication succeeded")
	}
}

func takeLogin(p *harness.Peer, c record.Command) error {
	if _, err := asked(p, c, "334 VXNlciBOYW1lAA==\r\n"); err != nil {
		return err
	}
	if _, err := sendChallenge(p, "334 UGFzc3dvcmQA\r\n"); err != nil {
		return err
	}
	return p.Reply(235, "Authentication succeeded")
}

func loginTooEarly(p *harness.Peer, c record.Command) error {
	if _, err := asked(p, c, "334 VXNlcm5hbWU6\r\n"); err != nil {
		return err
	}
	return p.Reply(235, "Authentication succeeded")
}

// rightDigest fails where CRAM-MD5 was answered with the digest of something
// else than the password.
func rightDigest(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		for _, a := range s.Auth {
			if a.Mechanism == "CRAM-MD5" && !a.OK {
				return c.Breach("the digest of user %s is not that of the password", record.Escape(a.Username))
			}
		}
	}
	return c.Pass("no wrong digest")
}

func strongest(c *conform.Case) conform.Verdict {
	first := attempts(c)[0].Mechanism
	switch {
	case strings.HasPrefix(first, "SCRAM-"):
		return c.Pass("%s first", first)
	case !c.Profile.Has(conform.NeedSCRAM):
		return c.Info("%s first; it knows no SCRAM", record.Escape(first))
	case first == "PLAIN":
		return c.Info("PLAIN first, inside TLS")
	}
	return c.Breach("%s first, although it knows SCRAM", record.Escape(first))
}

func notOffered(c *conform.Case) conform.Verdict {
	if said, shown := passwordSaid(c, anywhere); shown {
		return c.Warn("the password was sent although AUTH was not offered").At(c.Mark(said))
	}
	return c.Reported("", 0)
}

func unknownOnly(c *conform.Case) conform.Verdict {
	if mail, bad := mailUnsigned(c); bad {
		return c.Warn("MAIL was sent without having signed in").At(c.Mark(mail))
	}
	return c.Reported("", 0)
}

// askTwo asks for two messages, if the client can send them.
func askTwo(e conform.Env, j *record.Job) {
	if e.Profile.Has(conform.NeedMultiMsg) {
		conform.AskMessages(2)(e, j)
	}
}

func authInSequence(c *conform.Case) conform.Verdict {
	if a, s, bad := c.Anomaly("auth-sequence"); bad {
		said := conform.Said{Command: s.Commands[a.Command-1], Session: s, Index: a.Command}
		return c.Breach("%s: %s", a.Text, record.Escape(a.Octets)).At(c.Mark(said))
	}
	return c.Pass("AUTH once, before MAIL")
}

// mailParam looks for AUTH= of MAIL, first where AUTH is offered, then where it
// is not.
func mailParam(c *conform.Case) conform.Verdict {
	text := "no AUTH= was sent"
	for n := range c.Trials {
		one := c.On(n)
		for _, mail := range one.Said("MAIL") {
			value, found := parameter(mail, "AUTH")
			switch {
			case !found:
			case n > 0:
				return one.Breach("AUTH= was sent where AUTH was not offered").At(one.Mark(mail))
			case value != "<>" && !xtextMailbox(value):
				return one.Breach("AUTH=%s is neither <> nor a mailbox in xtext", record.Escape(record.Clip(value, 80))).At(one.Mark(mail))
			default:
				text = "AUTH=" + record.Escape(record.Clip(value, 80))
			}
		}
	}
	return c.Pass("%s", text)
}

// xtextMailbox says that s is a mailbox in xtext, RFC 3461 §4: printable ASCII
// without "=", and "+" only before two digits of upper-case hexadecimal. It is not
// a path.
func xtextMailbox(s string) bool {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c >= 0x7f || c == '=':
			return false
		case c == '+' && (i+2 >= len(s) || !strings.Contains(hex, s[i+1:i+2]) || !strings.Contains(hex, s[i+2:i+3])):
			return false
		}
	}
	return !strings.HasPrefix(s, "<") && strings.Contains(s, "@") || strings.Contains(s, "+40")
}
