package api

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/message"
)

const plainText = "text/plain; charset=utf-8"

// servedAs says under which type a part is served, and whether a browser may
// show it. Only what a browser cannot run keeps its type: whatever is a script,
// a style or a document somewhere comes as octets, for a page of ours allows
// its own origin's scripts, and this is that origin.
func servedAs(p *message.Part) (contentType, how string) {
	switch p.ContentType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif":
		how = "inline"
	case "text/plain":
		return plainText, "inline"
	case "application/pdf", "application/zip", "application/gzip", "application/json", "text/csv", "text/calendar":
		how = "attachment"
	default:
		return "application/octet-stream", "attachment"
	}
	if p.Disposition == "attachment" {
		how = "attachment"
	}
	return p.ContentType, how
}

// maxName is the longest name that is offered for a file, in octets.
const maxName = 150

// disposition returns a Content-Disposition, RFC 6266, for a name that a sender
// chose. instead is for one of which nothing is left.
func disposition(how, name, instead string) string {
	name = fileName(name)
	if name == "" {
		name = instead
	}
	ascii := strings.Map(func(c rune) rune {
		if c >= 0x80 || c == '%' {
			return '_'
		}
		return c
	}, name)
	value := how + `; filename="` + ascii + `"`
	if ascii != name {
		value += "; filename*=UTF-8''" + percentEncoded(name)
	}
	return value
}

// fileName takes out of a name what is a path, what a file system or a header
// understands, and what changes how it reads.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(c rune) rune {
		switch {
		case c == utf8.RuneError, !unicode.IsPrint(c):
			return -1
		case strings.ContainsRune(`"<>:|?*;`, c):
			return '_'
		}
		return c
	}, name)
	for len(name) > maxName {
		// The end is kept: it tells what the file is.
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:]
	}
	return strings.Trim(name, " .")
}

// percentEncoded is value-chars of RFC 8187 §3.2.1.
func percentEncoded(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("-._~", c) >= 0) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
