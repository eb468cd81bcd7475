package wire

import (
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// Another reading of the grammar, by regular expression: RFC 5321 §4.1.2 with
// the UTF-8 of RFC 6531 §3.3. Address literals are left to their own test.
var (
	atomGrammar   = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
	quotedGrammar = `"(?:[\x20-\x21\x23-\x5b\x5d-\x7e` + "\u0080-\U0010ffff" + `]|\\[\x20-\x7e` + "\u0080-\U0010ffff" + `])*"`
	labelGrammar  = "[0-9A-Za-z\u0080-\U0010ffff](?:[0-9A-Za-z\u0080-\U0010ffff-]*[0-9A-Za-z\u0080-\U0010ffff])?"
	mailboxForm   = regexp.MustCompile(`\A(?:` + atomGrammar + `(?:\.` + atomGrammar + `)*|` + quotedGrammar + `)@(` + labelGrammar + `(?:\.` + labelGrammar + `)*)\z`)
)

func mailboxByGrammar(s string) bool {
	m := mailboxForm.FindStringSubmatch(s)
	if !utf8.ValidString(s) || m == nil {
		return false
	}
	for label := range strings.SplitSeq(m[1], ".") {
		if len(label) > 63 {
			return false
		}
	}
	return len(m[1]) <= 255 && len(s)-len(m[1])-1 <= 64
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"FROM:<a@b.mn>", "FROM: <a@b>", "FROM:<> SIZE=5 SMTPUTF8", "from:<\"a b>\\\"\"@c.mn> X=1", "FROM:<@a,@b:c@d.mn>", "FROM:<бат@шуудан.мн>",
		"FROM:a@b", "FROM:<a@b", "FROM:<a@b>x", "FROM:<a@[127.0.0.1]>", "FROM:<a@[IPv6:::1]>", "FROM:<\xff@b>", "FROM:<a..b@c>", "FROM:<a@-b>", "FROM:<a@b> A=1 a=2",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, arg string, lenient bool) {
		p, problem := parsePathArg(arg, "FROM:", lenient)
		if problem != "" {
			return
		}
		if !lenient && !strings.HasPrefix(strings.TrimLeft(arg[len("FROM:"):], " "), "<") {
			t.Fatalf("%q is taken without a bracket", arg)
		}
		if !strings.Contains(arg, p.address) {
			t.Fatalf("%q has no address %q", arg, p.address)
		}
		if strings.Contains(p.address, "[") {
			return
		}
		if got, want := validMailbox(p.address), mailboxByGrammar(p.address); got != want {
			t.Fatalf("the mailbox %q is valid: %v, the grammar says %v", p.address, got, want)
		}
	})
}

func TestAddressLiterals(t *testing.T) {
	for literal, want := range map[string]bool{
		"[127.0.0.1]": true, "[IPv6:::1]": true, "[ipv6:2001:db8::25]": true, "[IPv6:::ffff:10.0.0.1]": true,
		"[127.0.0.256]": false, "[127.1]": false, "[::1]": false, "[IPv6:fe80::1%eth0]": false, "[IPv6:127.0.0.1]": false, "[]": false, "[127.0.0.1": false, "[127.0.0.1]x": false,
	} {
		if got := validMailbox("bat@" + literal); got != want {
			t.Errorf("%s: %v, want %v", literal, got, want)
		}
	}
}

func TestParams(t *testing.T) {
	p, problem := parsePathArg("TO:<a@b.mn>  NOTIFY=NEVER  orcpt=rfc822;бат@b.mn FLAG", "TO:", false)
	if problem != "" || len(p.params) != 3 || p.params[1] != (param{"ORCPT", "rfc822;бат@b.mn", true}) || p.params[2] != (param{"FLAG", "", false}) {
		t.Errorf("%q: %+v", problem, p.params)
	}
	for _, bad := range []string{"A=1 A=2", "A=1 a=1", "=1", "A=", "-A=1", "A==1", "A=1=2", "A=\xff", "б=1", "A_B=1"} {
		if _, problem := parseParams(bad); problem == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

// What net/mail writes, a mailbox of its own making, is taken.
func TestMailboxesOfNetMail(t *testing.T) {
	for _, local := range []string{"bat", "a b", `a"b`, `a\b`, "a@b", "б т", "a."} {
		s := (&mail.Address{Address: local + "@example.mn"}).String()
		if box := strings.Trim(s, "<>"); !validMailbox(box) {
			t.Errorf("%q is refused", box)
		}
	}
}
