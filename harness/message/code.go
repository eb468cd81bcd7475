package message

import (
	"errors"
	"fmt"
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
	subject := p.Subject()
	found := findCodes(subject[:min(len(subject), maxLine)], text[:min(len(text), maxCodeText)])
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

// codeIn returns the code that words begin with.
func codeIn(words []string) (codeAt, bool) {
	word := words[0]
	if len(words) > 1 && len(word) == 3 && len(words[1]) == 3 && only(word, isDigit) && only(words[1], isDigit) {
		return codeAt{text: word + words[1], words: 2}, true
	}
	code, ok := codeOf(word)
	return codeAt{text: code, words: 1}, ok
}

// codeOf reads 123456, G-123456, 123-456, A1B2C3 and AB12-CD34.
func codeOf(word string) (string, bool) {
	const shortest, longest = 4, 8
	front, back, dashed := strings.Cut(word, "-")
	if !only(front, isCodeLetter) || !only(back, isCodeLetter) {
		return "", false
	}
	letters := !only(front+back, isDigit)
	switch n := len(back); {
	case !dashed:
		return word, len(word) >= shortest && len(word) <= longest && (!letters || hasDigit(word))
	case len(front) == 1 && letters && only(back, isDigit):
		return back, n >= shortest && n <= longest
	case letters:
		return word, len(front) == 4 && n == 4 && hasDigit(word)
	}
	return front + back, len(front) == 3 && len(back) == 3
}

func only(s string, is func(c byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isCodeLetter(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'Z' }
func hasDigit(s string) bool   { return strings.ContainsAny(s, "0123456789") }

// isYear says that a number is more likely to be one.
func isYear(s string) bool {
	return len(s) == 4 && only(s, isDigit) && (s[:2] == "19" || s[:2] == "20")
}

// spacedOut reads a line that is one code, its digits set apart: "4 8 2 9".
func spacedOut(words []string) (string, bool) {
	if len(words) < 4 || len(words) > 8 {
		return "", false
	}
	for _, w := range words {
		if len(w) != 1 || !isDigit(w[0]) {
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
	case isYear(c.text) && !alone:
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
