package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// verdict says how octets became UTF-8.
type verdict int

const (
	exact          verdict = iota // as declared
	assumed                       // the declared charset has no such octets, another one does
	unknownCharset                // nobody knows the declared charset
	brokenOctets                  // some octets are nothing in the declared charset
)

// toUTF8 returns b as UTF-8, and b itself where it is that already. label is
// the declared charset; "" stands for US-ASCII, RFC 2045 §5.2.
func toUTF8(b []byte, label string) ([]byte, verdict) {
	label = charsetName(label)
	if !special(label) && isASCII(b) {
		return b, judgeLabel(label)
	}
	switch label {
	case "utf-8":
		if utf8.Valid(b) {
			return b, exact
		}
		return bytes.ToValidUTF8(b, []byte("\ufffd")), brokenOctets
	case "us-ascii":
		return guess(b), assumed
	}
	enc := lookup(label)
	if enc == nil {
		return guess(b), unknownCharset
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil || !utf8.Valid(out) {
		return guess(b), brokenOctets
	}
	if bytes.Contains(out, []byte("\ufffd")) {
		return out, brokenOctets
	}
	return out, exact
}

func judgeLabel(label string) verdict {
	if label != "us-ascii" && label != "utf-8" && lookup(label) == nil {
		return unknownCharset
	}
	return exact
}

// guess reads octets without a usable charset: as UTF-8 if they are, else as
// windows-1252, which shows every octet as something.
func guess(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return bytes.ToValidUTF8(b, []byte("\ufffd"))
	}
	return out
}

// readable is guess for a header field, which RFC 6532 wants in UTF-8.
func readable(s string, at here) string {
	if utf8.ValidString(s) {
		return s
	}
	at.warn(HeaderCharset, "octets that are not UTF-8 were read as windows-1252")
	return string(guess([]byte(s)))
}

// charsetName returns the label in lower case without quotes, blanks and the
// language of RFC 2231 §5. The names of ASCII and UTF-8 come in one spelling.
func charsetName(label string) string {
	label, _, _ = strings.Cut(label, "*")
	label = strings.Trim(label, " \t\r\n\"';")
	if len(label) > maxLabel {
		return "too long"
	}
	switch label = strings.ToLower(label); label {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "us", "iso646-us":
		return "us-ascii"
	case "utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-sig", "utf8mb4":
		return "utf-8"
	}
	return label
}

// special says that a charset uses octets below 128 for something else.
func special(label string) bool {
	return strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "utf-32") || strings.HasPrefix(label, "iso-2022-") ||
		strings.HasPrefix(label, "csiso2022") || strings.HasPrefix(label, "hz-") || strings.HasPrefix(label, "ucs-") || label == "unicode"
}

// lookup returns the decoder of a charset, nil if there is none. Browsers'
// names come first, since they are how mail is labelled: iso-8859-1 means
// windows-1252. Some names exist there only to be refused.
func lookup(label string) encoding.Encoding {
	switch label {
	case "utf-16", "ucs-2", "unicode":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	}
	if enc, name := charset.Lookup(label); enc != nil && name != "replacement" && name != "x-user-defined" {
		return enc
	}
	if enc, err := ianaindex.MIME.Encoding(label); err == nil && enc != nil {
		return enc
	}
	if enc, err := ianaindex.IANA.Encoding(label); err == nil && enc != nil {
		return enc
	}
	return nil
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// metaCharset returns the charset that an HTML text names in its first 1,024
// octets, "" if it names none.
func metaCharset(b []byte) string {
	if utf8.Valid(b) {
		return ""
	}
	if _, name, certain := charset.DetermineEncoding(b[:min(len(b), 1024)], "text/html"); certain || name != "windows-1252" {
		return name
	}
	return ""
}
