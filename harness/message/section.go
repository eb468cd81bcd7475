package message

import "bytes"

// A header section is read twice: once to see where it ends and whether it is
// one at all, once to take it apart. Both are linear, and the body is not
// looked at.

// section says what the beginning of an entity is.
type section struct {
	start int  // of its first line
	last  int  // the end of the last field
	end   int  // where the lines before the empty line end
	body  int  // where the body begins
	count int  // lines that are fields
	known bool // one of them is a field that mail has
	ended bool // by an empty line
}

// header reads the header section at w.pos and leaves w.pos at the body.
func (w *walker) header(at here) Header {
	s := w.survey()
	w.pos = s.body
	if s.count == 0 || !s.ended && !s.known {
		return w.headerless(s, at)
	}
	if !s.ended {
		at.warn(HeaderUnended, "the header has no empty line behind it")
		s.end, w.pos = s.last, s.last
	}
	return w.fields(s, at)
}

// headerless decides about an entity without a single field: everything is
// body. A part may begin with the empty line, RFC 2046 §5.1.
func (w *walker) headerless(s section, at here) Header {
	if s.end > s.start {
		w.pos = s.start
	}
	if at.part == "" && len(w.b) > 0 || s.end > s.start {
		at.warn(NoHeader, "there is no header: everything was read as the body")
	}
	return nil
}

func (w *walker) survey() section {
	s := section{start: w.pos, last: w.pos}
	inField, stray := false, 0
	for pos := w.pos; ; {
		line, next := lineAt(w.b, pos)
		s.end, s.body = pos, pos
		if next == pos || stray > maxStray || w.delimits(pos) {
			return s
		}
		if len(line) == 0 {
			s.body, s.ended = next, true
			return s
		}
		name, _, isField := splitField(line)
		switch {
		case isField:
			inField, stray = true, 0
			s.count++
			s.known = s.known || knownBit(name) != 0
		case !blank(line[0]):
			inField = false
			stray++
		}
		if inField {
			s.last = next
		}
		pos = next
	}
}

// fields takes the lines of s apart.
func (w *walker) fields(s section, at here) Header {
	var h Header
	var seen uint32
	for pos := s.start; pos < s.end; {
		start := pos
		line, next := lineAt(w.b, pos)
		for pos = next; pos < s.end && blank(w.b[pos]); {
			_, pos = lineAt(w.b, pos)
		}
		name, colon, ok := splitField(line)
		if !ok {
			h = w.noField(h, start, pos, at)
			continue
		}
		bit := knownBit(name)
		if seen&bit&once != 0 {
			at.warn(HeaderRepeated, "%s stands more than once", shown(name))
		}
		if w.room(h, at) || bit != 0 && seen&bit == 0 {
			h = append(h, w.field(name, start+colon, pos, at))
		}
		seen |= bit
	}
	return h
}

// room takes one field off the budget, and says whether there was one.
func (w *walker) room(h Header, at here) bool {
	if len(h) < MaxFields && w.budget.fields < maxAllFields {
		w.budget.fields++
		return true
	}
	at.warn(HeaderLimit, "not taken apart: more than %d header fields", MaxFields)
	return false
}

func (w *walker) noField(h Header, start, end int, at here) Header {
	line := bytes.TrimRight(w.b[start:end], "\r\n")
	if start == 0 && bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) {
		at.warn(HeaderNoColon, "the separator line of a mailbox file stands in the header: %s", shown(line))
	} else {
		at.warn(HeaderNoColon, "a header line has no colon: %s", shown(line))
	}
	if w.room(h, at) {
		h = append(h, Field{"", readable(string(line), here{})})
	}
	return h
}

func (w *walker) field(name []byte, value, end int, at here) Field {
	if w.b[value] != ':' {
		at.warn(HeaderSpace, "white space before the colon of %s", shown(name))
		value += bytes.IndexByte(w.b[value:end], ':')
	}
	raw := bytes.TrimRight(w.b[value+1:end], "\r\n")
	if hasControl(raw) {
		at.warn(HeaderControl, "a control octet stands in %s", shown(name))
	}
	return Field{string(name), string(raw)}
}

// splitField returns the name of the field on a line and where it ends.
func splitField(line []byte) (name []byte, end int, ok bool) {
	for end < len(line) && line[end] > ' ' && line[end] < 0x7f && line[end] != ':' {
		end++
	}
	colon := end
	for colon < len(line) && blank(line[colon]) {
		colon++
	}
	return line[:end], end, end > 0 && colon < len(line) && line[colon] == ':'
}

// lineAt returns the line at pos without its end, CRLF or LF, and where the
// next one begins.
func lineAt(b []byte, pos int) (line []byte, next int) {
	n := bytes.IndexByte(b[pos:], '\n')
	if n < 0 {
		return b[pos:], len(b)
	}
	return bytes.TrimSuffix(b[pos:pos+n], []byte("\r")), pos + n + 1
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// hasControl says that a field holds a control octet that is neither white
// space nor a part of its folding.
func hasControl(raw []byte) bool {
	for i, c := range raw {
		switch {
		case c >= ' ' && c != 0x7f, c == '\t', c == '\n':
		case c == '\r' && i+1 < len(raw) && raw[i+1] == '\n':
		default:
			return true
		}
	}
	return false
}
