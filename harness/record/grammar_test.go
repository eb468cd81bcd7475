package record

import "testing"

func TestCutUnquoted(t *testing.T) {
	for in, want := range map[string]string{
		`a@b> SIZE=1`:    `a@b`,
		`"a>b"@c>`:       `"a>b"@c`,
		`"a\">b"@c> X`:   `"a\">b"@c`,
		`>`:              ``,
		`"open>`:         "",
		`no end at all`:  "",
		`a\>b@c> behind`: `a\`, // a backslash quotes within a quoted-string only
	} {
		before, _, found := CutUnquoted(in, '>')
		if whole := before == in; found == whole || found && before != want {
			t.Errorf("%q: %q, %v", in, before, found)
		}
	}
}

func TestAddressLiteral(t *testing.T) {
	for s, want := range map[string]bool{
		"[192.0.2.1]": true, "[IPv6:2001:db8::1]": true, "[ipv6:::1]": true,
		"": false, "[]": false, "192.0.2.1": false, "[192.0.2.1": false, "192.0.2.1]": false, "[2001:db8::1]": false,
		"[IPv6:192.0.2.1]": false, "[IPv6:fe80::1%eth0]": false, "[x400:c=mn]": false, "[192.0.2.256]": false,
	} {
		if got := AddressLiteral(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestSubDomain(t *testing.T) {
	for s, want := range map[string]bool{"mx": true, "a-1": true, "1": true, "": false, "-a": false, "a-": false, "a_b": false, "бат": false, "a.b": false} {
		if got := SubDomain(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
