package lint

import (
	"encoding/base64"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of encoded-words.
var wordRules = []Rule{
	Rule{
		ID: "lint-encoded-word-length", Level: rfc.MUST, Cites: rfc.Cites("2047 §2"),
		Text:   "An encoded-word has 75 octets at most, and a line with one has 76.",
		Effect: "Readers show it undecoded.",
		Fix:    "Break the text into several words, each on a line of its own.",
	}.ofMessage(judgeWordLength),
	Rule{
		ID: "lint-encoded-word-split", Level: rfc.MUST, Cites: rfc.Cites("2047 §5"),
		Text:   "Each encoded-word holds whole characters.",
		Effect: "Readers that decode word by word show replacement characters.",
		Fix:    "Break the text at characters before it is encoded.",
	}.ofMessage(judgeWordSplit),
	Rule{
		ID: "lint-encoded-word-text", Level: rfc.MUST, Cites: rfc.Cites("2047 §4.1 §4.2 §2"),
		Text:   "The text of an encoded-word is base64 with its padding, or the Q encoding.",
		Effect: "Readers show it undecoded, or cut.",
		Fix:    "Encode each word by itself, padding included.",
	}.ofMessage(judgeWordText),
	Rule{
		ID: "lint-encoded-word-place", Level: rfc.MUST, Cites: rfc.Cites("2047 §5"),
		Text:   "An encoded-word stands apart from other text, and neither in a quoted-string nor in an address.",
		Effect: "It is text there, and readers show it undecoded.",
		Fix:    "Take the quotes off an encoded display name; put white space around each word.",
	}.ofMessage(judgeWordPlace),
}

// textFields are unstructured, RFC 5322 §3.6.5 and RFC 2045 §8.
var textFields = []string{"Subject", "Comments", "Content-Description"}

var wordFields = slices.Concat(textFields, addressFields)

// words calls see for each encoded-word of the header, with its offset.
func (m *mail) words(see func(f field, at int, word string)) {
	for f := range m.decent(wordFields) {
		for _, span := range encodedWord.FindAllStringIndex(f.body, -1) {
			see(f, f.value+span[0], f.body[span[0]:span[1]])
		}
	}
}

// decent yields the fields of these names that are not too long to be taken
// apart.
func (m *mail) decent(names []string) iter.Seq[field] {
	return func(yield func(field) bool) {
		for f := range m.named(names...) {
			if f.end-f.start <= maxStructured && !yield(f) {
				return
			}
		}
	}
}

const (
	maxWord     = 75
	maxWordLine = 76
)

func judgeWordLength(m *mail, found *sightings) {
	for f := range m.decent(wordFields) {
		for at, line := range lines(m.raw[f.start:f.end]) {
			word := encodedWord.FindIndex(line)
			if word == nil {
				continue
			}
			longest := 0
			for _, span := range encodedWord.FindAllIndex(line, -1) {
				longest = max(longest, span[1]-span[0])
			}
			switch {
			case longest > maxWord:
				found.at(f.start+at, line, "an encoded-word of %d octets", longest)
			case len(line) > maxWordLine:
				found.at(f.start+at, line, "a line of %d octets with an encoded-word", len(line))
			}
		}
	}
}

func judgeWordSplit(m *mail, found *sightings) {
	m.words(func(_ field, at int, word string) {
		charset, octets, ok := decodeWord(word)
		if ok && charset == "utf-8" && !utf8.Valid(octets) {
			found.at(at, []byte(word), "an encoded-word that is not UTF-8 by itself")
		}
	})
}

func judgeWordText(m *mail, found *sightings) {
	m.words(func(_ field, at int, word string) {
		if _, _, ok := decodeWord(word); !ok {
			found.at(at, []byte(word), "an encoded-word that does not decode")
		}
	})
}

// decodeWord returns the charset of an encoded-word in lower case, without the
// language of RFC 2231 §5, and its octets.
func decodeWord(word string) (charset string, octets []byte, ok bool) {
	parts := strings.Split(word, "?")
	charset, _, _ = strings.Cut(strings.ToLower(parts[1]), "*")
	if parts[2] == "B" || parts[2] == "b" {
		octets, err := base64.StdEncoding.DecodeString(parts[3])
		return charset, octets, err == nil
	}
	octets, ok = decodeQ(parts[3])
	return charset, octets, ok
}

var badQ = regexp.MustCompile(`=(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)

func decodeQ(text string) ([]byte, bool) {
	if badQ.MatchString(text) {
		return nil, false
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '_':
			b = append(b, ' ')
		case '=':
			b = append(b, hexValue(text[i+1])<<4|hexValue(text[i+2]))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return b, true
}

func hexValue(c byte) byte {
	if c >= '0' && c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func judgeWordPlace(m *mail, found *sightings) {
	for f := range m.decent(textFields) {
		for _, span := range encodedWord.FindAllStringIndex(f.body, -1) {
			if touches(f.body, span[0]-1) || touches(f.body, span[1]) {
				found.at(f.value+span[0], []byte(f.body[max(span[0]-1, 0):]), "an encoded-word without white space around it")
			}
		}
	}
	m.troubles(found, wordInQuotes, wordInPath)
}

func touches(s string, i int) bool {
	return i >= 0 && i < len(s) && strings.IndexByte(" \t\r\n", s[i]) < 0
}

func validUTF8[T string | []byte](octets T) bool { return utf8.ValidString(string(octets)) }
