package dkim

import (
	"bytes"
	"strings"
)

// split takes a message apart into its header fields, each with its folding and
// its line end, and its body. The octets stay as they are: a signature covers
// what was sent.
func split(raw []byte) (fields []string, body []byte) {
	begin, at := 0, 0
	for at < len(raw) {
		line := nextLine(raw[at:])
		end := len(bytes.TrimRight(line, "\r\n")) == 0
		if at > begin && (end || line[0] != ' ' && line[0] != '\t') {
			fields = append(fields, string(raw[begin:at]))
			begin = at
		}
		at += len(line)
		if end {
			return fields, raw[at:]
		}
	}
	if at > begin {
		fields = append(fields, string(raw[begin:]))
	}
	return fields, nil
}

// nextLine returns the first line with its end. A bare LF ends one too: a
// signer has seen it as a line end.
func nextLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	return b
}

func nameOf(field string) string {
	name, _, _ := strings.Cut(field, ":")
	return strings.ToLower(strings.TrimRight(name, " \t"))
}

// canonicalField returns a header field as it is signed, RFC 6376 §3.4.1 and
// §3.4.2.
func canonicalField(field string, relaxed bool) string {
	if !relaxed {
		return field
	}
	_, value, _ := strings.Cut(field, ":")
	value = strings.NewReplacer("\r", "", "\n", "").Replace(value)
	return nameOf(field) + ":" + strings.Trim(squeezed(value), " ") + "\r\n"
}

// squeezed makes one space of each run of white space.
func squeezed(s string) string {
	var b strings.Builder
	space := false
	for i := range len(s) {
		c := s[i]
		white := c == ' ' || c == '\t'
		switch {
		case white && !space:
			b.WriteByte(' ')
		case !white:
			b.WriteByte(c)
		}
		space = white
	}
	return b.String()
}

// canonicalBody returns the body as it is signed, RFC 6376 §3.4.3 and §3.4.4:
// without empty lines at its end, and with its white space squeezed if relaxed.
func canonicalBody(body []byte, relaxed bool) []byte {
	var out []byte
	empty := 0
	for len(body) > 0 {
		line := nextLine(body)
		body = body[len(line):]
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if relaxed {
			text = strings.TrimRight(squeezed(text), " ")
		}
		if text == "" {
			empty++
			continue
		}
		out = append(out, strings.Repeat("\r\n", empty)...)
		out, empty = append(append(out, text...), "\r\n"...), 0
	}
	if len(out) == 0 && !relaxed {
		return []byte("\r\n")
	}
	return out
}
