package message

import (
	"cmp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// view is what a reader sees of a message, and where it leads.
type view struct {
	text  string
	links []Link
}

func newView(markup, plain string) view {
	r := htmlReader{}
	text := plain
	if markup != "" {
		r.read(markup)
		text = strings.Trim(r.out.String(), "\n ")
	}
	r.links.bare(plain)
	return view{text, r.links.list}
}

// htmlReader goes over the tokens of an HTML text. It builds no tree, so depth
// costs nothing.
type htmlReader struct {
	out   strings.Builder
	links linkList

	lines  int  // line ends that are due before the next text
	space  bool // a space is due before the next text
	pre    int  // depth of elements that keep their white space
	hidden atom.Atom
	depth  int // of elements of that name within the hidden one

	inAnchor bool
	href     string
	label    strings.Builder
}

func (r *htmlReader) read(markup string) {
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			r.endAnchor()
			return
		case html.TextToken:
			if r.hidden == 0 {
				r.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		}
	}
}

func (r *htmlReader) start(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	attr := readAttributes(z, more)
	if r.stillHidden(tag) {
		return
	}
	if neverShown[tag] && !(closed && tag == atom.Svg) || attr.hides() && !void[tag] {
		r.hidden, r.depth = tag, 1
		return
	}
	r.breakLine(tag)
	switch tag {
	case atom.Pre, atom.Textarea:
		r.pre++
	case atom.Br:
		r.lines++
	case atom.Td, atom.Th:
		r.space = true
	case atom.A, atom.Area:
		r.endAnchor()
		r.href, r.inAnchor = attr.href, tag == atom.A
		if tag == atom.Area {
			r.links.add(attr.href, attr.alt)
		}
	case atom.Img:
		if r.inAnchor {
			r.label.WriteString(" " + attr.alt + " ")
		}
	}
}

// stillHidden says that a start tag is within a hidden element. Some elements
// end where another begins.
func (r *htmlReader) stillHidden(tag atom.Atom) bool {
	switch {
	case r.hidden == 0:
		return false
	case r.hidden == atom.Head && tag == atom.Body,
		r.hidden == atom.P && blocks[tag] > 0,
		r.hidden == atom.Li && tag == atom.Li:
		r.hidden = 0
		return false
	case tag == r.hidden:
		r.depth++
	}
	return true
}

func (r *htmlReader) end(tag atom.Atom) {
	if r.hidden != 0 {
		if tag == r.hidden {
			if r.depth--; r.depth == 0 {
				r.hidden = 0
			}
		}
		return
	}
	r.breakLine(tag)
	switch tag {
	case atom.A:
		r.endAnchor()
	case atom.Pre, atom.Textarea:
		r.pre = max(0, r.pre-1)
	}
}

func (r *htmlReader) breakLine(tag atom.Atom) {
	r.lines = max(r.lines, blocks[tag])
}

func (r *htmlReader) endAnchor() {
	if r.inAnchor {
		r.links.add(r.href, strings.Join(strings.Fields(r.label.String()), " "))
		r.label.Reset()
	}
	r.inAnchor = false
}

// unseen takes out the characters that have no width and that senders fill a
// preview with, and makes a space of the one that only keeps words together.
var unseen = strings.NewReplacer("\u200b", "", "\ufeff", "", "\u00ad", "", "\u034f", "", "\u00a0", " ")

func (r *htmlReader) text(s string) {
	if r.inAnchor {
		r.label.WriteString(s)
	} else {
		r.links.bare(s)
	}
	s = unseen.Replace(s)
	if r.pre > 0 {
		r.write(strings.ReplaceAll(s, "\r\n", "\n"))
		return
	}
	if s == "" {
		return
	}
	r.space = r.space || isSpace(s[0])
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return c < 0x80 && isSpace(byte(c)) }) {
		r.write(word)
		r.space = true
	}
	r.space = isSpace(s[len(s)-1])
}

// write puts out what is due, then s.
func (r *htmlReader) write(s string) {
	switch {
	case r.out.Len() == 0:
	case r.lines > 0:
		r.out.WriteString(strings.Repeat("\n", min(r.lines, 2)))
	case r.space:
		r.out.WriteByte(' ')
	}
	r.lines, r.space = 0, false
	r.out.WriteString(s)
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// attributes are those of a tag that matter to a reader.
type attributes struct {
	href, alt, style string
	hidden           bool
}

func readAttributes(z *html.Tokenizer, more bool) attributes {
	var a attributes
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		// The first of two counts, as in a browser.
		switch string(key) {
		case "href":
			a.href = cmp.Or(a.href, string(value))
		case "alt":
			a.alt = cmp.Or(a.alt, string(value))
		case "style":
			a.style = cmp.Or(a.style, string(value))
		case "hidden":
			a.hidden = true
		}
	}
	return a
}

var squeeze = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "")

func (a attributes) hides() bool {
	if a.hidden || a.style == "" {
		return a.hidden
	}
	style := strings.ToLower(squeeze.Replace(a.style))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}

var neverShown = map[atom.Atom]bool{
	atom.Head: true, atom.Title: true, atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true,
	atom.Iframe: true, atom.Noembed: true, atom.Noframes: true, atom.Svg: true, atom.Select: true,
}

var void = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// blocks are the elements that stand on lines of their own, 2 for those with
// an empty line around them.
var blocks = map[atom.Atom]int{
	atom.P: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Blockquote: 2, atom.Pre: 2,
	atom.Ul: 2, atom.Ol: 2, atom.Dl: 2,
	atom.Div: 1, atom.Li: 1, atom.Tr: 1, atom.Table: 1, atom.Tbody: 1, atom.Body: 1, atom.Hr: 1, atom.Center: 1, atom.Dt: 1,
	atom.Dd: 1, atom.Section: 1, atom.Article: 1, atom.Header: 1, atom.Footer: 1, atom.Main: 1, atom.Nav: 1,
	atom.Address: 1, atom.Form: 1, atom.Fieldset: 1, atom.Figure: 1, atom.Caption: 1,
}
