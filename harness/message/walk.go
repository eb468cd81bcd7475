package message

import (
	"bytes"
	"strconv"
	"strings"
)

// walker takes entities apart in one pass: the nesting is the stack of calls,
// at most MaxDepth of them, and a line is compared with the boundaries that
// are open at that moment. No octet is looked at again for being nested.
type walker struct {
	b      []byte
	pos    int
	open   []string // boundaries of the multiparts around pos, the outermost first
	found  delimiter
	end    int // of the body that the last delimiter ended
	budget *budget
	notes  *notes

	// decoded says that b came out of a transfer encoding. A message that is
	// encoded within it is kept whole, so that the octets of a message are
	// decoded twice at most.
	decoded bool

	outline bool // parts that are no text are not decoded
}

// budget is shared by all walkers of a message.
type budget struct {
	parts, fields int  // so far, the message itself included
	spent         bool // no more parts: the walk is over
}

// delimiter is what ended a body: the multipart that it belongs to, as an index
// of open, or -1 for the end of everything.
type delimiter struct {
	level   int
	closing bool
}

func newWalker(raw []byte, n *notes) *walker {
	return &walker{b: raw, budget: &budget{}, notes: n}
}

func (w *walker) at(path string) here { return here{w.notes, path} }

// entity reads a part at w.pos up to the delimiter that ends it.
func (w *walker) entity(path string, depth int, implied string) *Part {
	h := w.header(w.at(path))
	return w.content(h, path, depth, implied)
}

// content reads the body at w.pos of a part that has the header h.
func (w *walker) content(h Header, path string, depth int, implied string) *Part {
	w.budget.parts++
	p := describe(h, path, implied, w.at(path))
	start := w.pos
	switch {
	case p.multipart():
		w.parts(p, depth)
	case p.message() && p.Encoding != "base64" && p.Encoding != "quoted-printable" && w.deeper(p, depth):
		p.Children = []*Part{w.entity(childPath(path, 1), depth+1, "text/plain")}
	default:
		w.toDelimiter()
	}
	p.Encoded = w.b[start:max(start, w.end)]
	w.decode(p, depth)
	return p
}

// deeper says that p may be taken apart, and warns if it may not.
func (w *walker) deeper(p *Part, depth int) bool {
	if depth < MaxDepth {
		return true
	}
	w.at(p.Path).warn(DepthLimit, "kept whole: parts are nested deeper than %d", MaxDepth)
	return false
}

// parts reads the children of a multipart, RFC 2046 §5.1.1.
func (w *walker) parts(p *Part, depth int) {
	boundary := w.boundary(p)
	if boundary == "" || !w.deeper(p, depth) {
		w.toDelimiter()
		return
	}
	at := w.at(p.Path)
	for _, outer := range w.open {
		if outer == boundary {
			at.warn(BoundaryRepeated, "the boundary %s is that of a part around it", shown(boundary))
		}
	}
	level := len(w.open)
	w.open = append(w.open, boundary)
	w.toDelimiter()
	for w.found == (delimiter{level, false}) && !w.budget.spent {
		w.part(p, depth)
	}
	w.open = w.open[:level]
	switch {
	case w.budget.spent:
	case w.found.level == level:
		w.toDelimiter()
	default:
		at.warn(MultipartUnclosed, "the delimiter that closes the multipart is missing")
	}
	if len(p.Children) == 0 {
		at.warn(MultipartEmpty, "the multipart has no part: its body is kept whole")
	}
}

// part reads one more child of p.
func (w *walker) part(p *Part, depth int) {
	if w.budget.parts > MaxParts {
		w.at(p.Path).warn(PartsLimit, "not taken apart: more than %d parts", MaxParts)
		w.budget.spent = true
		w.pos, w.end, w.found = len(w.b), len(w.b), delimiter{level: -1}
		return
	}
	implied := "text/plain"
	if p.ContentType == "multipart/digest" {
		implied = "message/rfc822"
	}
	child := w.entity(childPath(p.Path, len(p.Children)+1), depth+1, implied)
	child.embedded = p.ContentType == "multipart/related" && len(p.Children) > 0
	p.Children = append(p.Children, child)
}

func childPath(path string, n int) string {
	if path == "" {
		return strconv.Itoa(n)
	}
	return path + "." + strconv.Itoa(n)
}

// boundary returns the boundary of a multipart, "" if there is no usable one.
func (w *walker) boundary(p *Part) string {
	boundary := strings.TrimRight(p.Params["boundary"], " \t")
	at := w.at(p.Path)
	switch {
	case len(boundary) > MaxBoundary:
		at.warn(BoundaryLimit, "not taken apart: a boundary of %d octets", len(boundary))
		return ""
	case boundary != "":
		return boundary
	}
	boundary = w.likelyBoundary()
	if boundary == "" {
		at.warn(BoundaryMissing, "a multipart without boundary, and no line in it looks like one")
	} else {
		at.warn(BoundaryMissing, "a multipart without boundary: %s was taken", shown(boundary))
	}
	return boundary
}

// likelyBoundary looks at the first line from here on that begins with two
// dashes. It may belong to a part around this one; then there is none.
func (w *walker) likelyBoundary() string {
	pos := w.nextDashes(w.pos)
	if pos < 0 || w.delimits(pos) {
		return ""
	}
	line, _ := lineAt(w.b, pos)
	line = bytes.TrimRight(line[2:], " \t")
	if len(line) > MaxBoundary || len(bytes.Trim(line, "-")) == 0 {
		return ""
	}
	return string(line)
}

// nextDashes returns where the next line begins that begins with "--", from a
// line start on, or -1.
func (w *walker) nextDashes(pos int) int {
	if bytes.HasPrefix(w.b[pos:], []byte("--")) {
		return pos
	}
	i := bytes.Index(w.b[pos:], []byte("\n--"))
	if i < 0 {
		return -1
	}
	return pos + i + 1
}

// toDelimiter goes behind the next delimiter of an open multipart, or to the
// end, and says in w.found and w.end what it met.
func (w *walker) toDelimiter() {
	start, next := w.pos, w.pos
	for len(w.open) > 0 {
		at := w.nextDashes(next)
		if at < 0 {
			break
		}
		if level, closing, ok := w.delimiterAt(at); ok {
			w.found = delimiter{level, closing}
			w.end = w.beforeLineEnd(start, at)
			_, w.pos = lineAt(w.b, at)
			return
		}
		_, next = lineAt(w.b, at)
	}
	w.pos, w.end, w.found = len(w.b), len(w.b), delimiter{level: -1}
}

// beforeLineEnd takes the line end off that belongs to the delimiter at pos.
func (w *walker) beforeLineEnd(start, pos int) int {
	if pos > start && w.b[pos-1] == '\n' {
		pos--
		if pos > start && w.b[pos-1] == '\r' {
			pos--
		}
	}
	return pos
}

func (w *walker) delimits(pos int) bool {
	_, _, ok := w.delimiterAt(pos)
	return ok
}

// delimiterAt says which multipart the line at pos delimits. White space may
// follow the boundary, RFC 2046 §5.1.1.
func (w *walker) delimiterAt(pos int) (level int, closing, ok bool) {
	rest, dashes := bytes.CutPrefix(w.b[pos:], []byte("--"))
	if !dashes {
		return 0, false, false
	}
	for level = len(w.open) - 1; level >= 0; level-- {
		behind, fits := cutPrefix(rest, w.open[level])
		if !fits {
			continue
		}
		if onlySpace(behind) {
			return level, false, true
		}
		if behind, closing = bytes.CutPrefix(behind, []byte("--")); closing && onlySpace(behind) {
			return level, true, true
		}
	}
	return 0, false, false
}

func cutPrefix(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return nil, false
	}
	return b[len(prefix):], true
}

// onlySpace says that a line goes on with white space only.
func onlySpace(b []byte) bool {
	for _, c := range b {
		switch c {
		case '\n':
			return true
		case ' ', '\t', '\r':
		default:
			return false
		}
	}
	return true
}
