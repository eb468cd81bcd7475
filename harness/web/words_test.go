package web

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryTextIsInBothLanguages holds the catalogue against itself: each text
// has a form for each language, with the same arguments.
func TestEveryTextIsInBothLanguages(t *testing.T) {
	for key, en := range catalogue["en"].texts {
		mn, ok := catalogue["mn"].texts[key]
		if !ok || mn == "" {
			t.Errorf("%s has no Mongolian", key)
			continue
		}
		for _, form := range append(strings.Split(en, "|"), strings.Split(mn, "|")...) {
			if first := strings.Split(en, "|")[0]; !slices.Equal(argumentsOf(form), argumentsOf(first)) {
				t.Errorf("%s: the arguments of %q are not those of %q", key, form, first)
			}
		}
	}
	if en, mn := len(catalogue["en"].texts), len(catalogue["mn"].texts); en != mn {
		t.Errorf("%d texts in English, %d in Mongolian", en, mn)
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?(.)`)

// argumentsOf are the arguments that a format takes, each by its number and
// its verb: "1d 2s". One that is taken twice is one.
func argumentsOf(format string) (taken []string) {
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil {
			next = n
		}
		taken = append(taken, strconv.Itoa(next)+m[2])
		next++
	}
	slices.Sort(taken)
	return slices.Compact(taken)
}

// TestTheCatalogueHasWhatThePagesSay finds texts that are missing, and such as
// nothing says any more. A key that is put together is told by its beginning.
func TestTheCatalogueHasWhatThePagesSay(t *testing.T) {
	used := regexp.MustCompile(`(?:\bt |text\(|Text\(|beginning\()\(?(print )?"([a-z][a-z.-]*)"`)
	var exact, beginnings []string
	for _, where := range []fs.FS{templateFiles, os.DirFS(".")} {
		for _, text := range files(t, where) {
			for _, m := range used.FindAllStringSubmatch(text, -1) {
				if m[1] != "" || strings.HasSuffix(m[2], ".") {
					beginnings = append(beginnings, m[2])
					continue
				}
				exact = append(exact, m[2])
			}
		}
	}
	for _, key := range exact {
		if _, ok := catalogue["en"].texts[key]; !ok {
			t.Errorf("%s is not in the catalogue", key)
		}
	}
	for key := range catalogue["en"].texts {
		begins := func(beginning string) bool { return strings.HasPrefix(key, beginning) }
		if !slices.Contains(exact, key) && !slices.ContainsFunc(beginnings, begins) {
			t.Errorf("nothing says %s", key)
		}
	}
}
