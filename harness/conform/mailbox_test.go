package conform

import "testing"

func TestSameMailbox(t *testing.T) {
	for _, pair := range [][2]string{{"a@B.example", "a@b.example"}, {"a@бат.mn", "a@XN--80ab6c.mn"}, {"postmaster", "postmaster"}, {"@", "@"}, {"", ""}} {
		if !SameMailbox(pair[0], pair[1]) {
			t.Errorf("%q are not the same", pair)
		}
	}
	for _, pair := range [][2]string{{"A@b.example", "a@b.example"}, {"бат@b.example", "xn--80ab6c@b.example"}, {"a", "a@b"}, {"a@-бат-.mn", "a@xn--80ab6c.mn"}} {
		if SameMailbox(pair[0], pair[1]) {
			t.Errorf("%q are the same", pair)
		}
	}
}

func TestCarriable(t *testing.T) {
	for _, rcpt := range []string{"a@b", `"a> ,b"@c`, "o'b+x=1#y@example.net", "joe@[IPv6:2001:db8::1]", "user@бат.mn", "postmaster"} {
		if !carriable(rcpt) {
			t.Errorf("%q is a recipient", rcpt)
		}
	}
	for _, rcpt := range []string{"a@b\r\nRSET", "a@b>X=Y", "a@b,c@d", "Bat <a@b>", "a@b "} {
		if carriable(rcpt) {
			t.Errorf("%q is no recipient", rcpt)
		}
	}
}
