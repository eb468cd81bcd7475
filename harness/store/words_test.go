package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, " \x00\t-": nil, "--": nil, "🎉": nil,
		"Hello, World!": {"hello", "world"}, "bat@example.mn": {"bat", "example", "mn"}, "3.14": {"3", "14"}, "don't": {"don", "t"}, "a_b": {"a", "b"},
		"Бат-Эрдэнэ БАТ": {"бат", "эрдэнэ", "бат"}, "ӨҮ": {"өү"}, "ёЁ": {"ёё"}, "Ё": {"ё"},
		"Ｆｕｌｌ　Ｗｉｄｔｈ": {"full", "width"}, "ﬁne Ⅳ ②": {"fine", "iv", "2"}, "½": {"1", "2"},
		"re\u0301sume\u0301": {"résumé"}, "RÉSUMÉ": {"résumé"}, "STRASSE straße ẞ": {"strasse", "strasse", "ss"},
		"İstanbul": {"i\u0307stanbul"}, "ISTANBUL": {"istanbul"}, "ısı": {"ısı"}, "ΣΊΣΥΦΟΣ σίσυφος": {"σίσυφοσ", "σίσυφοσ"},
		"日本語": {"日本語"}, "a\xffb\xd0": {"a", "b"}, "क्षि": {"क्षि"}, "ｶﾞ": {"ガ"},
	} {
		if got := Words(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A word of a query goes through Words again, and must stay what it is.
func TestWordsAreTheirOwnWords(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S) || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut) && r%64 != 0 {
			continue
		}
		for _, text := range []string{string(r), "a" + string(r) + "\u0301"} {
			for _, w := range Words(text) {
				if again := Words(w); !slices.Equal(again, []string{w}) {
					t.Errorf("%U: %q becomes %q", r, w, again)
				}
			}
		}
	}
}

// Case never makes a difference, with the exceptions that Unicode names.
func TestWordsAreWithoutCase(t *testing.T) {
	for _, r := range unicode.CaseRanges {
		for c := rune(r.Lo); c <= rune(r.Hi); c++ {
			lower, upper := Words(string(unicode.ToLower(c))), Words(string(unicode.ToUpper(c)))
			if c != 'ı' && c != 'İ' && unicode.ToLower(unicode.ToUpper(c)) == c && !slices.Equal(lower, upper) {
				t.Errorf("%c: %q and %q", c, lower, upper)
			}
		}
	}
}

func TestWordsAreFast(t *testing.T) {
	for name, text := range map[string]string{
		"letters": strings.Repeat("a", 1<<16), "blanks": strings.Repeat(" ", 1<<16), "words": strings.Repeat("бат ", 1<<14),
		"marks": "a" + strings.Repeat("\u0301", 1<<15), "ligatures": strings.Repeat("\ufdfa", 1<<14), "broken": strings.Repeat("\xff", 1<<16), "jamo": strings.Repeat("\u1100\u1161\u11a8", 1<<13),
	} {
		start := time.Now()
		Words(text)
		t.Log(name, time.Since(start))
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "Бат", "re\u0301", "ﬁ\u0301", "İ", "\xff", "a\u0345\u0301"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := Words(text)
		for _, w := range words {
			if w == "" || !utf8.ValidString(w) || strings.ContainsAny(w, " \"():=") {
				t.Fatalf("%q has the word %q", text, w)
			}
		}
		if again := Words(strings.Join(words, " ")); !reflect.DeepEqual(again, words) && len(again)+len(words) > 0 {
			t.Fatalf("%q has the words %q, and these %q", text, words, again)
		}
	})
}
