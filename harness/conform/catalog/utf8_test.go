package catalog

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
)

func TestForgetsUTF8(t *testing.T) {
	const greeted, asked = "S: 220 mx|C: EHLO x|S: 250 mx|", "C: RCPT TO:<бат@example.net>|S: 553 no"
	plain, declared := "C: MAIL FROM:<a@b.mn>|S: 250 ok|", "C: MAIL FROM:<a@b.mn> SMTPUTF8|S: 555 no"
	for name, tt := range map[string]struct {
		afterTLS, never string
		want            conform.Word
	}{
		"it remembers":                {greeted + declared, greeted + "C: QUIT|S: 221 bye", conform.Fail},
		"and sends the address too":   {greeted + declared, greeted + plain + asked, conform.Fail},
		"the address alone":           {greeted + plain + asked, greeted + "C: QUIT|S: 221 bye", conform.Fail},
		"it knows nothing of the two": {greeted + plain + asked, greeted + plain + asked, conform.NotApplicable},
		"it refuses":                  {greeted + "C: QUIT|S: 221 bye", greeted + "C: QUIT|S: 221 bye", conform.Pass},
	} {
		c := heardCase(t, conform.Failed, tt.afterTLS)
		c.Trials = append(c.Trials, heardCase(t, conform.Failed, tt.never).Trial)
		if v := forgetsUTF8(c); v.Word != tt.want {
			t.Errorf("%s: %s: %s", name, v.Word, v.Text)
		}
	}
}
