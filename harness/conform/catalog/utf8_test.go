package catalog

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// What a client sends in the same way to a server that never spoke of SMTPUTF8 does
// not show that it remembers what it heard before TLS.
func TestForgotUTF8(t *testing.T) {
	for session, want := range map[string]conform.Word{
		"MAIL FROM:<a@b> SMTPUTF8 -> 555":                              conform.Fail,
		"MAIL FROM:<a@b> -> 250\nRCPT TO:<" + utf8Mailbox + "> -> 553": conform.NotApplicable,
		"QUIT -> 221": conform.Pass,
	} {
		c := spoken(t, rfc.MUST, []string{utf8Mailbox}, conform.Outcome{Class: conform.Perm}, session)
		expectWord(t, session, forgotUTF8(c), want)
	}
}
