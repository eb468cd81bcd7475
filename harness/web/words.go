package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// The catalogue has every text of the pages, by key and language, in a file for
// each part of them. A text with a bar in it has a form for one and one for all
// other numbers: "%d message|%d messages".
//
//go:embed catalogue
var catalogueFiles embed.FS

// words is the catalogue in one language.
type words struct {
	lang  string // "en", "mn"
	texts map[string]string
}

var (
	catalogue = readCatalogue()
	languages = language.NewMatcher([]language.Tag{language.English, language.Mongolian})
)

func readCatalogue() map[string]*words {
	by := map[string]*words{}
	files, _ := fs.Glob(catalogueFiles, "catalogue/*.json")
	for _, name := range files {
		b, _ := catalogueFiles.ReadFile(name)
		var texts map[string]map[string]string
		if err := json.Unmarshal(b, &texts); err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		for key, forms := range texts {
			for lang, text := range forms {
				if by[lang] == nil {
					by[lang] = &words{lang, map[string]string{}}
				}
				if _, twice := by[lang].texts[key]; twice {
					panic(name + ": there is another " + key)
				}
				by[lang].texts[key] = text
			}
		}
	}
	return by
}

// languageOf is what the reader chose, or else what the browser prefers.
func languageOf(hr *http.Request) *words {
	if lang := settingOf(hr, "lang"); lang != "" {
		return catalogue[lang]
	}
	tags, _, _ := language.ParseAcceptLanguage(hr.Header.Get("Accept-Language"))
	_, i, _ := languages.Match(tags...)
	return catalogue[settings["lang"][i]]
}

// beginning returns the texts whose keys begin with one of the prefixes.
func (w *words) beginning(prefixes ...string) map[string]string {
	found := map[string]string{}
	for key, text := range w.texts {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			found[key] = text
		}
	}
	return found
}

// text returns a text of the catalogue. Of two forms the first number among
// the arguments chooses.
func (w *words) text(key string, args ...any) string {
	text, ok := w.texts[key]
	if !ok {
		panic("not in the catalogue: " + key)
	}
	if one, many, two := strings.Cut(text, "|"); two {
		text = many
		if len(args) > 0 && args[0] == 1 {
			text = one
		}
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
