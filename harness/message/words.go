package message

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// word is one encoded-word, RFC 2047 §2.
type word struct {
	charset  string
	encoding byte // 'b' or 'q', in lower case
	text     string
}

// decodeWords returns s, which is UTF-8, with its encoded-words decoded. White
// space between two words vanishes, RFC 2047 §6.2. What is no word stays.
func decodeWords(s string, at here) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := wordDecoder{at: at}
	d.out.Grow(len(s))
	for n := 0; ; {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, rest, ok := cutWord(s[i:])
		if ok && n == MaxWords {
			at.warn(WordLimit, "not decoded: more than %d encoded-words", MaxWords)
			break
		}
		if !ok {
			d.literal(s[:i+2])
			s = s[i+2:]
			continue
		}
		d.between(s[:i])
		d.word(w, s[i:len(s)-len(rest)])
		s = rest
		n++
	}
	d.literal(s)
	d.flush()
	return d.out.String()
}

// cutWord splits the encoded-word off s, which begins with "=?". An
// encoded-text has no question mark, so each look goes no further than three
// of them and the whole is linear.
func cutWord(s string) (w word, rest string, ok bool) {
	label, rest, ok := strings.Cut(s[2:], "?")
	if !ok || label == "" || strings.ContainsAny(label, " \t=") {
		return w, "", false
	}
	if len(rest) < 4 || rest[1] != '?' {
		return w, "", false
	}
	w = word{charset: label, encoding: rest[0] | 0x20}
	if w.encoding != 'b' && w.encoding != 'q' {
		return w, "", false
	}
	w.text, rest, ok = strings.Cut(rest[2:], "?")
	if !ok || !strings.HasPrefix(rest, "=") {
		return w, "", false
	}
	return w, rest[1:], true
}

// wordDecoder joins the octets of neighbouring words of one charset before it
// decodes them, since some senders divide a character between two words.
type wordDecoder struct {
	at      here
	out     strings.Builder
	charset string
	pending []byte
	inWord  bool // the last thing was a word
	torn    bool // a word so far did not end at a character's edge
}

func (d *wordDecoder) literal(s string) {
	if s == "" {
		return
	}
	d.flush()
	d.out.WriteString(s)
	d.inWord = false
}

func (d *wordDecoder) between(s string) {
	if !d.inWord || strings.Trim(s, " \t\r\n") != "" {
		d.literal(s)
	}
}

func (d *wordDecoder) word(w word, source string) {
	octets, ok := w.octets()
	if !ok {
		d.at.warn(WordBroken, "an encoded-word does not decode: %s", shown(source))
	}
	if name := charsetName(w.charset); name != d.charset {
		d.flush()
		d.charset = name
	}
	if d.charset == "utf-8" && !utf8.Valid(octets) {
		d.torn = true
	}
	d.pending = append(d.pending, octets...)
	d.inWord = true
}

func (d *wordDecoder) flush() {
	if len(d.pending) == 0 {
		return
	}
	text, how := toUTF8(d.pending, d.charset)
	switch {
	case how == unknownCharset:
		d.at.warn(WordCharset, "nobody knows the charset %s of an encoded-word", shown(d.charset))
	case how != exact:
		d.at.warn(WordBroken, "an encoded-word holds octets that are not %s", shown(d.charset))
	case d.torn:
		d.at.warn(WordSplit, "a character is divided between two encoded-words")
	}
	d.out.Write(bytes.ReplaceAll(text, []byte("\r\n"), []byte(" ")))
	d.pending, d.torn = d.pending[:0], false
}

// octets returns what the word stands for, before its charset.
func (w word) octets() ([]byte, bool) {
	if w.encoding == 'b' {
		b, bad, truncated := decodeBase64([]byte(w.text))
		return b, bad == 0 && !truncated
	}
	return decodeQ(w.text)
}

// decodeQ undoes the Q encoding, RFC 2047 §4.2.
func decodeQ(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	fine := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			b = append(b, ' ')
		case c != '=':
			b = append(b, c)
		default:
			v, ok := hexPair(s[i+1:])
			if !ok {
				fine = false
				b = append(b, c)
				continue
			}
			b = append(b, v)
			i += 2
		}
	}
	return b, fine
}

// hexPair returns the octet that s begins with in hexadecimal.
func hexPair[T string | []byte](s T) (byte, bool) {
	if len(s) < 2 {
		return 0, false
	}
	hi, lo := hexDigit(s[0]), hexDigit(s[1])
	return hi<<4 | lo&15, hi < 16 && lo < 16
}

func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}
