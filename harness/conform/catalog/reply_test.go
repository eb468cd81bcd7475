package catalog

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// A line that never ended is taken at once by who takes CR for its end, and later
// by who takes whatever has come when the time is over.
func TestCRAlone(t *testing.T) {
	for wait, want := range map[time.Duration]string{10 * time.Millisecond: "CR", 2 * time.Second: "time"} {
		c := spoken(t, rfc.INFO, nil, conform.Outcome{Class: conform.OK}, "MAIL FROM:<a@b> -> 250\nRCPT TO:<c@d> -> 250")
		c.Unit = 2 * time.Second
		c.Sessions[0].Commands[1].At = wait
		if v := crAlone(c); v.Word != conform.Info || !strings.Contains(v.Text, want) {
			t.Errorf("after %v: %s: %s", wait, v.Word, v.Text)
		}
	}
	expectWord(t, "gives up", crAlone(spoken(t, rfc.INFO, nil, conform.Outcome{Class: conform.Temp}, "MAIL FROM:<a@b> -> 250")), conform.Pass)
}
