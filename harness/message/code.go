package message

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Code returns the one-time code that the message tells its reader: four to
// eight digits, or capitals with digits, near a word such as code, OTP, код or
// баталгаажуулах, in the subject, the text or else the visible HTML. "123 456"
// and "123-456" give "123456", "G-123456" gives "123456".
//
// If nothing looks like a code, or several things do equally, the error says
// so and lists them.
func (p *Parsed) Code() (string, error) {
	text := p.Text()
	if strings.TrimSpace(text) == "" {
		text = p.VisibleText()
	}
	found := findCodes(p.Subject(), text[:min(len(text), maxCodeText)])
	switch len(found) {
	case 0:
		return "", errors.New("no one-time code: no 4 to 8 digits or capitals near a word such as code, OTP or код")
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("several things look like the one-time code: %s", quotedList(found))
}

func quotedList(list []string) string {
	const enough = 20
	quoted := make([]string, 0, enough)
	for _, s := range list[:min(len(list), enough)] {
		quoted = append(quoted, `"`+record.Escape(s)+`"`)
	}
	if len(list) > enough {
		quoted = append(quoted, fmt.Sprintf("and %d more", len(list)-enough))
	}
	return strings.Join(quoted, ", ")
}

// How sure it is that something is the code. Only the surest ones count.
const (
	nowhere = iota // near no word for a code
	near           // such a word is within three lines
	beside         // on the same line
	told           // right behind it, or alone on a line behind it
)

// findCodes returns the different codes that are surest, in order.
func findCodes(subject, text string) []string {
	lines := []codeLine{newCodeLine(subject)}
	for line := range strings.Lines(text) {
		if l := newCodeLine(line); len(l.words) > 0 {
			lines = append(lines, l)
		}
	}
	best := near
	var found []string
	for i, l := range lines {
		for _, c := range l.codes {
			sure := c.sureness(l, lines, i)
			if sure > best {
				best, found = sure, nil
			}
			if sure == best && !slices.Contains(found, c.text) && len(found) < 100 {
				found = append(found, c.text)
			}
		}
	}
	return found
}

// codeLine is a line of text as words, with what in it could be a code.
type codeLine struct {
	words   []string // in lower case, without the marks around them
	keyword int      // the index of the first word for a code, or -1
	codes   []codeAt
}

type codeAt struct {
	text         string
	first, words int // where in the line
}

func newCodeLine(line string) codeLine {
	l := codeLine{keyword: -1}
	raw := strings.Fields(line)
	for i, w := range raw {
		raw[i] = strings.TrimFunc(w, func(c rune) bool { return unicode.IsPunct(c) && c != '#' || c == '<' || c == '>' })
		l.words = append(l.words, strings.ToLower(raw[i]))
		if l.keyword < 0 && isKeyword(l.words[i]) {
			l.keyword = i
		}
	}
	if code, ok := spacedOut(raw); ok {
		l.codes = []codeAt{{code, 0, len(raw)}}
		return l
	}
	for i := 0; i < len(raw); i++ {
		c, ok := codeIn(raw[i:])
		if ok && (i == 0 || !isOtherNumber(l.words[i-1])) {
			c.first = i
			l.codes = append(l.codes, c)
			i += c.words - 1
		}
	}
	return l
}

var (
	digitsOnly = regexp.MustCompile(`^(?:[A-Z]-)?([0-9]{4,8})$`)
	digitPairs = regexp.MustCompile(`^([0-9]{3})-([0-9]{3})$`)
	threeOnly  = regexp.MustCompile(`^[0-9]{3}$`)
	capitals   = regexp.MustCompile(`^[A-Z0-9]{4,8}$|^[A-Z0-9]{4}-[A-Z0-9]{4}$`)
	yearLike   = regexp.MustCompile(`^(19|20)[0-9]{2}$`)
)

// codeIn returns the code that words begin with.
func codeIn(words []string) (codeAt, bool) {
	word := words[0]
	if m := digitsOnly.FindStringSubmatch(word); m != nil {
		return codeAt{text: m[1], words: 1}, true
	}
	if m := digitPairs.FindStringSubmatch(word); m != nil {
		return codeAt{text: m[1] + m[2], words: 1}, true
	}
	if len(words) > 1 && threeOnly.MatchString(word) && threeOnly.MatchString(words[1]) {
		return codeAt{text: word + words[1], words: 2}, true
	}
	mixed := strings.ContainsAny(word, "0123456789") && strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return codeAt{text: word, words: 1}, mixed && capitals.MatchString(word)
}

// spacedOut reads a line that is one code, its digits set apart: "4 8 2 9".
func spacedOut(words []string) (string, bool) {
	if len(words) < 4 || len(words) > 8 {
		return "", false
	}
	for _, w := range words {
		if len(w) != 1 || w[0] < '0' || w[0] > '9' {
			return "", false
		}
	}
	return strings.Join(words, ""), true
}

func (c codeAt) sureness(l codeLine, lines []codeLine, at int) int {
	gap := c.first - l.keyword - 1
	alone := c.words == len(l.words)
	switch {
	case l.keyword >= 0 && gap >= 0 && gap <= 1:
		return told
	case yearLike.MatchString(c.text) && !alone:
		return nowhere
	case l.keyword >= 0 && gap == 2, alone && keywordNear(lines, at, -2, -1), alone && lines[0].keyword >= 0:
		return told
	case l.keyword >= 0:
		return beside
	case keywordNear(lines, at, -3, 3):
		return near
	}
	return nowhere
}

// keywordNear says that one of the lines from, …, to around at has a word for a
// code.
func keywordNear(lines []codeLine, at, from, to int) bool {
	for i := max(0, at+from); i <= min(len(lines)-1, at+to); i++ {
		if lines[i].keyword >= 0 {
			return true
		}
	}
	return false
}

// isKeyword knows the words for a one-time code by how they begin.
func isKeyword(word string) bool {
	switch word {
	case "pin", "пин", "otp", "totp", "2fa", "tan":
		return true
	}
	return hasAnyPrefix(word, "code", "passcode", "one-time", "verif", "token", "código", "codigo",
		"код", "баталгаажуул", "нууц", "токен", "пароль", "подтвержд")
}

// isOtherNumber knows the words that a number of another kind stands behind.
func isOtherNumber(word string) bool {
	switch word {
	case "#", "№", "no", "дугаар", "tel", "phone", "утас", "promo", "zip":
		return true
	}
	return hasAnyPrefix(word, "order", "invoice", "захиалга", "нэхэмжлэх", "заказ", "телефон", "утасны", "http")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
