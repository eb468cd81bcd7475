package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// userWith is a server with an account of this name and password, and the job
// of its owner.
func userWith(text, user, password string, mechanisms ...string) *conform.Script {
	return &conform.Script{Text: text, TLS: conform.AnyTLS, Auth: mechanisms,
		Options: func(e conform.Env) []harness.Option { return append(secrets(e), harness.WithUser(user, password)) },
		Ask:     func(_ conform.Env, j *record.Job) { j.User, j.Pass = user, password }}
}

const withNUL = "correct\x00horse"

var authCredentials = of(authGroup,
	scenario{ID: "auth-long-ir", Tier: 1, Title: "Initial response that does not fit the command line", Level: rfc.MUST, RFC: "4954 §4; 5321 §4.5.3.1.4",
		Expect: "passes: AUTH PLAIN alone, and the credentials behind 334, or a failure; fails: an AUTH line of more than 512 octets",
		Effect: "Users with long passwords or tokens cannot sign in at servers that keep the limit.",
		Fix:    "Where the line would have more than 512 octets with its CRLF, leave the initial response out and send it in answer to the empty challenge.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: userWith("AUTH PLAIN; the password has 600 octets", conform.User, strings.Repeat("Horse7Battery-", 43)[:600], "PLAIN"),
		Judge:  choosing("PLAIN", func(c *conform.Case, _ attempt) conform.Verdict { return lineLimit(c) })},
	scenario{ID: "auth-empty-ir", Tier: 2, Title: "Empty initial response", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: “AUTH EXTERNAL =”; info: an identity, or no initial response; fails: a blank at the end of the line",
		Fix:    "Write an initial response of no octets as “=”.",
		Needs:  []conform.Need{conform.NeedExternal},
		Script: &conform.Script{Text: "AUTH EXTERNAL; 535", TLS: conform.AnyTLS, Auth: []string{"EXTERNAL"}, Rules: conform.OfferExternal(), Options: secrets,
			Ask: func(_ conform.Env, j *record.Job) { j.Mechanism = "EXTERNAL" }},
		Judge: choosing("EXTERNAL", emptyInitial)},
	scenario{ID: "auth-utf8", Tier: 2, Title: "User name and password beyond ASCII", Level: rfc.SHOULD, RFC: "4954 §4; 4616 §2",
		Expect: "passes: signed in with UTF-8; info: refused before AUTH; warns: other octets than those of UTF-8",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: userWith("AUTH PLAIN LOGIN; the user is “бат”, the password “нууц-үг”", "бат", "нууц-үг", "PLAIN", "LOGIN"), Judge: inUTF8},
	scenario{ID: "auth-nul", Tier: 2, Title: "NUL in the password", Level: rfc.MUST, RFC: "4616 §2",
		Expect: "passes: refused before AUTH; fails: the NUL is sent in PLAIN, where it ends a field",
		Effect: "The server reads another password, or another user, than the ones that were meant.",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: userWith("AUTH PLAIN; the password holds a NUL", conform.User, withNUL, "PLAIN"), Judge: noNUL},
)

// lineLimit fails where an AUTH command is longer than a command line may be.
func lineLimit(c *conform.Case) conform.Verdict {
	const most = 512
	for _, a := range attempts(c) {
		if n := len(a.Line) + a.Omitted + len("\r\n"); n > most {
			return c.Breach("AUTH with %d octets in its line", n).At(c.Mark(a.Said))
		}
	}
	return sentSignedIn(c)
}

func emptyInitial(c *conform.Case, a attempt) conform.Verdict {
	switch {
	case a.Initial == "=":
		return c.Pass("AUTH EXTERNAL =")
	case strings.TrimSpace(a.Initial) != "":
		return c.Info("an identity was sent: %s", record.Escape(record.Clip(a.Initial, 80)))
	case strings.HasSuffix(a.Line, " "):
		return c.Breach("“%s” has a blank at its end", record.Escape(a.Line)).At(c.Mark(a.Said))
	}
	return c.Info("no initial response was sent")
}

func inUTF8(c *conform.Case) conform.Verdict {
	tries := attempts(c)
	if len(tries) == 0 {
		return c.Info("refused before AUTH: %s", c.Told())
	}
	for _, a := range tries {
		if a.succeeded() {
			return sentSignedIn(c)
		}
	}
	said := tries[0].last()
	return c.Breach("the server could not take what was sent: “%s”", record.Escape(record.Clip(said.Line, 120))).At(c.Mark(said))
}

func noNUL(c *conform.Case) conform.Verdict {
	if said, bad := passwordSaid(c, anywhere); bad {
		return c.Breach("the NUL was sent").At(c.Mark(said))
	}
	if len(attempts(c)) > 0 {
		return c.Inconclusive("another password was sent than was given; the NUL may have been lost on the way to the client")
	}
	return sentSignedIn(c)
}
