package catalog

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// wrongPassword is the server of an account whose password has changed.
var wrongPassword = &conform.Script{ID: "auth-535", Text: "AUTH PLAIN LOGIN CRAM-MD5; 535 5.7.8 to the credentials", TLS: conform.AnyTLS,
	Offer: []string{"ENHANCEDSTATUSCODES"}, Auth: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, Options: secrets,
	Ask: func(_ conform.Env, j *record.Job) { j.Pass = "wrong-pony-Z9" }}

// deciding is a server that answers right credentials so.
func deciding(code int, text string) *conform.Script {
	return &conform.Script{Text: "AUTH PLAIN LOGIN CRAM-MD5; " + record.NewReply(code, text).String() + " to the credentials", TLS: conform.AnyTLS,
		Offer: []string{"ENHANCEDSTATUSCODES"}, Auth: []string{"PLAIN", "LOGIN", "CRAM-MD5"},
		Options: func(e conform.Env) []harness.Option {
			return append(secrets(e), harness.WithAuth(func(harness.AuthAttempt) error { return record.NewReply(code, text) }))
		}}
}

// mechanism says that an AUTH command asks for a mechanism.
func mechanism(name string) func(*harness.Exchange) bool {
	return func(x *harness.Exchange) bool {
		word, _, _ := strings.Cut(x.Command.Arg, " ")
		return strings.EqualFold(word, name)
	}
}

var authRefusals = of(authGroup,
	scenario{ID: "auth-535", Tier: 1, Title: "Bad credentials", Level: rfc.MUST, RFC: "4954 §6",
		Expect: "passes: a permanent failure that tells 535, no MAIL; warns: the code is not told, or the failure called temporary; fails: success, or MAIL sent",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: wrongPassword, Judge: tried(inTurn(sentSignedIn, conform.Refused(conform.Perm, 535)))},
	scenario{ID: "auth-535-no-star", Tier: 1, Title: "No “*” once the exchange has ended", Level: rfc.DERIVED, RFC: "4954 §4",
		Expect: "passes: behind the 535 comes QUIT, another AUTH, or the end; fails: “*” is sent, which is a command by then",
		Effect: "The server counts an error, and its reply to the “*” is taken for the one to the next command.",
		Fix:    "Send “*” in answer to a 334 only.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: wrongPassword, Judge: tried(noStar)},
	scenario{ID: "auth-535-once", Tier: 1, Title: "Attempts after 535", Level: rfc.INFO, RFC: "4954 §4 §9",
		Expect: "info: how often the credentials were tried; warns: more than three times",
		Effect: "The account is locked, or the client's address is.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: wrongPassword, Judge: tried(countAttempts)},
	scenario{ID: "auth-454", Tier: 1, Title: "Signing in fails temporarily", Level: rfc.SHOULD, RFC: "4954 §6",
		Expect: "passes: a temporary failure that tells 454, no MAIL; warns: anything else",
		Effect: "A user is asked for a password that was right, or the mail is given up.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: deciding(454, "4.7.0 Temporary authentication failure"), Judge: tried(inTurn(sentSignedIn, conform.Refused(conform.Temp, 454)))},
	scenario{ID: "auth-432", Tier: 2, Title: "Password transition needed", Level: rfc.INFO, RFC: "4954 §6",
		Expect: "info: what is reported; fails: success",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: deciding(432, "4.7.12 A password transition is needed"), Judge: tried(conform.Decides("went on", "failed"))},
	scenario{ID: "auth-534", Tier: 2, Title: "Mechanism too weak", Level: rfc.SHOULD, RFC: "4954 §6",
		Expect: "passes: another mechanism, or a failure of a client that knows none; warns: no other mechanism is tried, the same one is again, or MAIL without AUTH; does not apply to a client that does not choose CRAM-MD5",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: &conform.Script{Text: "AUTH CRAM-MD5 PLAIN LOGIN; 534 to CRAM-MD5", TLS: conform.AnyTLS, Offer: []string{"ENHANCEDSTATUSCODES"},
			Auth: []string{"CRAM-MD5", "PLAIN", "LOGIN"}, Options: secrets,
			Rules: []harness.Rule{harness.On(harness.AUTH).When(mechanism("CRAM-MD5")).Reply(534, "5.7.9 Authentication mechanism is too weak")}},
		Judge: choosing("CRAM-MD5", func(c *conform.Case, _ attempt) conform.Verdict {
			return inTurn(anotherMechanism, triesAnother)(c)
		})},
	scenario{ID: "auth-504-next", Tier: 1, Title: "Advertised mechanism refused", Level: rfc.SHOULD, RFC: "4954 §4",
		Expect: "passes: another mechanism, or a failure; warns: the same mechanism again in the session, or MAIL without AUTH",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: &conform.Script{Text: "AUTH PLAIN LOGIN CRAM-MD5; 504 to the first AUTH of a session", TLS: conform.AnyTLS, Offer: []string{"ENHANCEDSTATUSCODES"},
			Auth: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, Options: secrets,
			Rules: []harness.Rule{harness.On(harness.AUTH).Occurrence(1).Reply(504, "5.5.4 Unrecognized authentication type")}},
		Judge: tried(anotherMechanism)},
	scenario{ID: "auth-538", Tier: 2, Title: "Encryption required", Level: rfc.SHOULD, RFC: "4954 §6",
		Expect: "passes: a failure; warns: the password is sent in the clear once more; does not apply to a client that does not sign in without TLS",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: &conform.Script{Text: "no TLS; AUTH PLAIN LOGIN; 538 to every AUTH", Addr: "127.0.0.2", Offer: []string{"ENHANCEDSTATUSCODES"},
			Auth: []string{"PLAIN", "LOGIN"}, Options: secrets,
			Rules: []harness.Rule{harness.On(harness.AUTH).Reply(538, "5.7.11 Encryption required for requested authentication mechanism")}},
		Judge: encryptionRequired},
	scenario{ID: "auth-530-mail", Tier: 2, Title: "MAIL refused for lack of AUTH", Level: rfc.MUST, RFC: "4954 §6; 5321 §4.2.1",
		Expect: "passes: a permanent failure that tells 530; warns: the code is not told, or the failure called temporary; fails: success, or the message sent",
		Script: &conform.Script{Text: "530 5.7.0 to every MAIL; the job has no credentials", Offer: []string{"ENHANCEDSTATUSCODES"},
			Rules: []harness.Rule{harness.On(harness.MAIL).Reply(530, "5.7.0 Authentication required")}},
		Judge: conform.Refused(conform.Perm, 530)},
	scenario{ID: "auth-2yz-not-235", Tier: 2, Title: "250 in place of 235", Level: rfc.INFO, RFC: "4954 §4; 5321 §4.2.1",
		Expect: "info: taken for success, or refused; fails: an untrue report",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: deciding(250, "2.7.0 Ok"), Judge: tried(conform.Decides("took the 250 for success", "did not take the 250 for success"))},
	scenario{ID: "auth-password-not-in-error", Tier: 1, Title: "No secrets in error texts", Level: rfc.SECURITY, RFC: "4954 §9",
		Expect: "passes: neither the password nor its base64 is in what the client reports; warns: it is",
		Effect: "The password is in log files and tickets.",
		Fix:    "Show “AUTH PLAIN ****” in place of the line.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: wrongPassword, Judge: tried(quietReport)},
)

// noStar finds a “*” that answers no challenge.
func noStar(c *conform.Case) conform.Verdict {
	for said := range c.All() {
		if said.Verb != "" && strings.TrimSpace(said.Line) == "*" {
			return c.Breach("“*” was sent behind the end of the exchange").At(c.Mark(said))
		}
	}
	return c.Pass("no “*” behind the end of the exchange")
}

func countAttempts(c *conform.Case) conform.Verdict {
	n := len(attempts(c))
	if n > 3 {
		return c.Warn("the credentials were tried %d times", n)
	}
	return c.Info("AUTH commands: %d", n)
}

// anotherMechanism warns where a mechanism that was refused is asked for again
// in the session.
func anotherMechanism(c *conform.Case) conform.Verdict {
	refused := map[int][]string{}
	for _, a := range attempts(c) {
		id := a.Session.ID
		if slices.Contains(refused[id], a.Mechanism) {
			return c.Breach("AUTH %s was sent again", record.Escape(a.Mechanism)).At(c.Mark(a.Said))
		}
		if code := a.Reply.Code; code == 504 || code == 534 {
			refused[id] = append(refused[id], a.Mechanism)
		}
	}
	return sentSignedIn(c)
}

// triesAnother warns where no other mechanism was tried of those that are
// offered and known.
func triesAnother(c *conform.Case) conform.Verdict {
	for _, a := range attempts(c) {
		if a.Mechanism != "CRAM-MD5" {
			return sentSignedIn(c)
		}
	}
	for _, name := range []string{"PLAIN", "LOGIN"} {
		if slices.Contains(c.Profile.Mechanisms, name) {
			return c.Warn("%s was not tried, which it knows: %s", name, c.Told())
		}
	}
	return sentSignedIn(c)
}

func encryptionRequired(c *conform.Case) conform.Verdict {
	var shown []conform.Said
	for said := range c.All() {
		if outsideTLS(said) && shows(said.Line, c.Job.Pass) {
			shown = append(shown, said)
		}
	}
	switch {
	case len(attempts(c)) == 0:
		return c.NotApplicable("it does not sign in without TLS: %s", c.Told())
	case len(shown) > 1:
		return c.Breach("the password was sent in the clear %d times", len(shown)).At(c.Mark(shown[1]))
	}
	return sentSignedIn(c)
}

func quietReport(c *conform.Case) conform.Verdict {
	if shows(c.Outcome.Text, c.Job.Pass) {
		return c.Warn("the report holds the password")
	}
	return c.Pass("no password in the report")
}
