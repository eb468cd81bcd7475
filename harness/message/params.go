package message

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// media is a value with parameters: Content-Type, RFC 2045 §5.1, or
// Content-Disposition, RFC 2183 §2.
type media struct {
	value  string // in lower case
	params map[string]string
}

// parseMedia takes s, which is unfolded, apart. It never fails.
func parseMedia(s string, at here) media {
	s = strings.TrimLeft(s, " \t")
	value, rest, _ := strings.Cut(s, ";")
	if i := strings.IndexAny(value, " \t("); i >= 0 {
		if strings.Contains(value[i:], "=") {
			at.warn(TypeBroken, "no semicolon behind %s", shown(value[:i]))
			rest = s[i:]
		}
		value = value[:i]
	}
	value = strings.ToLower(value)
	p := paramReader{at: at, plain: map[string]string{}}
	p.read(rest)
	return media{value, p.params()}
}

// paramReader collects parameters, those of RFC 2231 as pieces.
type paramReader struct {
	at     here
	plain  map[string]string
	pieces map[string][]piece
}

// piece is one of the parts that RFC 2231 §3 divides a long value into.
type piece struct {
	n        int
	extended bool // percent-encoded, the first one with a charset, RFC 2231 §4
	value    string
}

func (p *paramReader) read(s string) {
	for count := 0; ; count++ {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return
		}
		if s[0] == ';' {
			p.at.warn(ParameterBroken, "two semicolons without a parameter between them")
			s = s[1:]
			continue
		}
		if count >= MaxParameters {
			p.at.warn(ParameterLimit, "not taken apart: more than %d parameters", MaxParameters)
			return
		}
		s = p.one(s)
	}
}

// one reads the parameter that s begins with, and returns what is behind it.
func (p *paramReader) one(s string) string {
	end := strings.IndexAny(s, "=;")
	if end < 0 || s[end] == ';' {
		if end < 0 {
			end = len(s)
		}
		if word := strings.TrimSpace(s[:end]); !strings.HasPrefix(word, "(") {
			p.at.warn(ParameterBroken, "a parameter has no value: %s", shown(word))
		}
		return s[min(end+1, len(s)):]
	}
	name := strings.ToLower(strings.TrimSpace(s[:end]))
	value, rest := p.value(strings.TrimLeft(s[end+1:], " \t"), name)
	p.add(name, value)
	return rest
}

func (p *paramReader) value(s, name string) (value, rest string) {
	if strings.HasPrefix(s, `"`) {
		value, rest, ok := cutQuoted(s[1:])
		if !ok {
			p.at.warn(ParameterBroken, "the parameter %s has no closing quote", shown(name))
		}
		_, rest, _ = strings.Cut(rest, ";")
		return value, rest
	}
	value, rest, _ = strings.Cut(s, ";")
	value = strings.TrimRight(value, " \t")
	// A file's name may have blanks that nobody quoted, nothing else has.
	if i := strings.IndexAny(value, " \t"); i >= 0 && !strings.HasPrefix(name, "name") && !strings.HasPrefix(name, "filename") {
		value = value[:i]
	}
	return value, rest
}

// cutQuoted reads a quoted-string behind its first quote.
func cutQuoted(s string) (value, rest string, closed bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return strings.TrimRight(b.String(), " \t;"), "", false
}

func (p *paramReader) add(name, value string) {
	base, number, split := strings.Cut(name, "*")
	if base == "" {
		p.at.warn(ParameterBroken, "a parameter has no name")
		return
	}
	if !split {
		p.addPlain(name, value)
		return
	}
	extended := number == "" || strings.HasSuffix(number, "*")
	n, err := strconv.Atoi(strings.TrimSuffix(number, "*"))
	if err != nil && number != "" || n < 0 {
		p.at.warn(ParameterBroken, "a parameter has a piece without number: %s", shown(name))
		return
	}
	if p.pieces == nil {
		p.pieces = map[string][]piece{}
	}
	p.pieces[base] = append(p.pieces[base], piece{n, extended, value})
}

func (p *paramReader) addPlain(name, value string) {
	if _, ok := p.plain[name]; ok {
		p.at.warn(ParameterRepeated, "the parameter %s stands twice: the first counts", shown(name))
		return
	}
	if strings.Contains(value, "=?") {
		if decoded := decodeWords(value, p.at); decoded != value {
			p.at.warn(ParameterWord, "the parameter %s is an encoded-word", shown(name))
			value = decoded
		}
	}
	p.plain[name] = value
}

// params returns every value. One in the form of RFC 2231 beats a plain one,
// which is there for readers that do not know it.
func (p *paramReader) params() map[string]string {
	for _, name := range slices.Sorted(maps.Keys(p.pieces)) {
		p.plain[name] = p.join(name, p.pieces[name])
	}
	return p.plain
}

func (p *paramReader) join(name string, pieces []piece) string {
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.n - b.n })
	var octets []byte
	label := "utf-8"
	for i, piece := range pieces {
		if piece.n != i {
			p.at.warn(ParameterBroken, "the parameter %s lacks piece %d, or has it twice", shown(name), i)
			break
		}
		if !piece.extended {
			octets = append(octets, piece.value...)
			continue
		}
		value := piece.value
		if charset, rest, ok := cutCharset(value); ok && i == 0 {
			label, value = charset, rest
		}
		octets = appendPercent(octets, value)
	}
	text, how := toUTF8(octets, label)
	if how != exact {
		p.at.warn(ParameterCharset, "the parameter %s is not in its charset %s", shown(name), shown(label))
	}
	return string(text)
}

// cutCharset splits charset'language'text.
func cutCharset(s string) (charset, text string, ok bool) {
	charset, rest, ok := strings.Cut(s, "'")
	if !ok {
		return "", s, false
	}
	_, text, ok = strings.Cut(rest, "'")
	return charset, text, ok
}

func appendPercent(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if c, ok := hexPair(s[i+1:]); ok {
				b = append(b, c)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return b
}
