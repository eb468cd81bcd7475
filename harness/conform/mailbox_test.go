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
