package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func TestWholeSender(t *testing.T) {
	for path, want := range map[string]conform.Word{
		shellish: conform.Pass,
		strings.ReplaceAll(shellish, `@ "`, `@"`): conform.Warn,
		"X@x":                    conform.Fail,
		`"a\""@example.org`:      conform.Fail,
		`"a -X@x@ "@example.org`: conform.Fail,
	} {
		c := spoken(t, rfc.SECURITY, []string{"b@example.net"}, conform.Outcome{Class: conform.OK}, "MAIL FROM:<"+path+"> SIZE=1 -> 250")
		expectWord(t, path, wholeSender(c), want)
	}
	expectWord(t, "refused", wholeSender(spoken(t, rfc.SECURITY, nil, conform.Outcome{Class: conform.Perm}, "QUIT -> 221")), conform.Pass)
}
