package wire

import (
	"strings"
	"testing"
	"time"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "anything@example.com", true},
		{"**", "", true},
		{"?", "", false},
		{"?", "ж", true},
		{"?", "жж", false},
		{"?", "\xff", true},
		{"bad@*", "bad@example.com", true},
		{"bad@*", "BAD@EXAMPLE.COM", true},
		{"BAD@*", "bad@example.com", true},
		{"bad@*", "notbad@example.com", false},
		{"*@example.com", "a@example.com", true},
		{"*@example.com", "a@example.com.mn", false},
		{"*@*.mn", "a@b.c.mn", true},
		{"a*b*c", "abbbcbc", true},
		{"a*b*c", "abbbcb", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"a*?c", "ac", false},
		{"a*?c", "abbc", true},
		{"*/x", "a/b/x", true},
		{`a\*b`, "a*b", true},
		{`a\*b`, "axb", false},
		{`a\?b`, "axb", false},
		{`a\\b`, `a\b`, true},
		{`\a`, "A", true},
		{`a\`, `a\`, true},
		{"бат@*", "БАТ@example.com", true},
		{"БАТ@жишээ.мон", "бат@ЖИШЭЭ.МОН", true},
		{"б?т", "бат", true},
		{"*\xff", "a\xff", true},
		{"*\xff", "a\xfe", false},
		{"ß", "ẞ", true},
		{"k", "\u212a", true},
	} {
		if got := newGlob(c.pattern).match(c.text); got != c.want {
			t.Errorf("%q against %q: %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

func TestGlobDangling(t *testing.T) {
	for pattern, want := range map[string]bool{"": false, `a\`: true, `a\\`: false, `\\\`: true, `\a`: false} {
		if got := newGlob(pattern).dangling(); got != want {
			t.Errorf("%q: dangling %v, want %v", pattern, got, want)
		}
	}
}

func TestGlobHostileText(t *testing.T) {
	g := newGlob(strings.Repeat("a*", 50) + "b")
	began := time.Now()
	if g.match(strings.Repeat("a", 200_000)) {
		t.Error("a text without b matches")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

// slowGlob is the definition of a glob, with a table of all partial answers.
func slowGlob(tokens, text []rune) bool {
	row := make([]bool, len(text)+1)
	row[0] = true
	for _, token := range tokens {
		next := make([]bool, len(text)+1)
		next[0] = token == globRun && row[0]
		for i, c := range text {
			switch token {
			case globRun:
				next[i+1] = row[i+1] || next[i]
			case globOne, c:
				next[i+1] = row[i]
			}
		}
		row = next
	}
	return row[len(text)]
}

func FuzzGlob(f *testing.F) {
	f.Add("bad@*", "bad@example.com")
	f.Add(`*\**?*`, "a*b")
	f.Add("БАТ*\xff", "бат\xff")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 500 {
			return
		}
		var chars []rune
		for i := 0; i < len(text); {
			c, n := foldedChar(text[i:])
			chars, i = append(chars, c), i+n
		}
		g := newGlob(pattern)
		if got, want := g.match(text), slowGlob(g.tokens, chars); got != want {
			t.Errorf("%q against %q: %v, want %v", pattern, text, got, want)
		}
		literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(text)
		if !newGlob(literal).match(text) {
			t.Errorf("%q does not match %q", literal, text)
		}
	})
}
