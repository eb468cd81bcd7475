package main

import (
	"strings"
	"testing"
)

// What stands behind a flag is refused in one line or taken. --rule is left to
// the fuzz test of its grammar, for it reads files too.
func FuzzValues(f *testing.F) {
	for _, v := range []string{
		"127.0.0.1:25", "unix:/x", "Bat <bat@example.mn>, \"a,b\" <c@d>", "<>", "postmaster", "X-Test: 1", ":", "dial", "PLAIN, LOGIN",
		"a:b", "DSN", "SIZE 1000", "10.0.0.0/8", "tls-*", "[", "html,json", "json", "starttls", "a\r\nb: c", "\xff", "",
	} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		client, server, check := newSend(), newServe(), newCheck()
		for name, set := range map[string]func(string) error{
			"send --server": client.setServer, "send --path": client.setPath, "send --tls": client.setTLS, "send --mechanism": client.setMechanism,
			"send --from": client.setFrom, "send --to": addressesInto(&client.to), "send --header": client.addHeader,
			"serve --smtp": (*listenAddress)(&server.smtp).Set, "serve --hostname": (*hostName)(&server.hostname).Set,
			"serve --xclient-from": networksInto(&server.xclient), "serve --user": server.addUser, "serve --mechanisms": server.setMechanisms,
			"serve --advertise": server.addAdvertise, "serve --withhold": server.setWithhold, "serve --log-format": server.setLogFormat,
			"check --run": check.addRun, "check --report": check.setReports,
		} {
			if err := set(v); err != nil && strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Errorf("%s %q is refused with %q", name, v, err)
			}
		}
	})
}
