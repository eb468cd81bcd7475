// Package mailhtml makes the HTML of a message harmless: what it returns runs
// nothing, sends nothing and loads nothing, except pictures that were allowed.
//
// It is the second wall. The first one is the page in which a browser shows the
// HTML: an address of its own whose policy is a sandbox without scripts and
// network. What is written here does not count on that, and that does not count
// on this.
//
// Elements, attributes, functions of CSS and kinds of addresses that are not
// known to be harmless are left out. The result has no other tags than those
// that were written anew, and of elements whose content is not HTML only style,
// without a "<" in it; so a browser cannot read it in another way than it was
// meant. Time and memory grow with the length of the HTML and with nothing else.
package mailhtml

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// Options say what HTML may show beside its text. The zero value is nothing
// from anywhere.
type Options struct {
	// Remote lets pictures at http and https addresses stay. Styles and fonts
	// from there never do.
	Remote bool

	// CID returns the address of a part by its Content-ID, which is decoded and
	// without brackets, RFC 2392; not ok if there is none to be shown. What it
	// returns is not looked at again. nil = there are no parts.
	CID func(id string) (url string, ok bool)
}

// Kind says what a Resource was to be.
type Kind string

// The kinds.
const (
	Image    Kind = "image" // a picture: remote ones, where they were not allowed, and what is at no usable address
	Style    Kind = "style" // a style sheet that is somewhere else
	Font     Kind = "font"
	Media    Kind = "media" // sound or video
	Script   Kind = "script"
	Frame    Kind = "frame"
	Plugin   Kind = "plugin"   // an object, embed or applet
	Drawing  Kind = "drawing"  // SVG or MathML
	Form     Kind = "form"     // its fields and buttons
	Redirect Kind = "redirect" // to another page, without a click
	Base     Kind = "base"     // of relative addresses
	Link     Kind = "link"     // to an address that is not http, https, mailto or tel
	Other    Kind = "other"    // an icon, or what was to be fetched ahead
)

// Resource is something that HTML asked for and that was left out.
type Resource struct {
	Kind    Kind   `json:"kind"`
	URL     string `json:"url"`     // as it stands there; "" if it was in the HTML itself
	Element string `json:"element"` // in which it was: "img", "style"
}

// Bounds of the list of what was left out.
const (
	maxBlocked = 1000
	maxURL     = 2000 // octets
)

// Clean returns markup with everything left out that is not harmless, as UTF-8,
// and what that was: each thing once, in its order, no more than 1,000. The
// result is the source of a page of its own, not a part of another one. It never
// fails.
func Clean(markup []byte, o Options) (clean []byte, blocked []Resource) {
	text := strings.ReplaceAll(strings.ToValidUTF8(string(markup), "\ufffd"), "\x00", "\ufffd")
	c := &cleaner{options: o, z: html.NewTokenizer(strings.NewReader(text))}
	for c.next() {
	}
	return c.out.Bytes(), c.blocked
}

// maxNested is how deep elements stand in each other in the result: browsers take
// half a minute for 100,000 that do. Mail is rarely 60 deep.
const maxNested = 256

// cleaner goes over the tokens of HTML. It builds no tree, so depth costs
// nothing.
type cleaner struct {
	options Options
	z       *html.Tokenizer
	out     bytes.Buffer

	inside string // the element whose content is left out; "" outside one
	depth  int    // of elements of that name within it
	style  string // the tag of the style element whose text comes next; "" for none
	nested int    // elements that are open, but for those that may stay so
	beyond int    // such elements that are left out since they are too deep

	blocked []Resource
	known   map[Resource]bool
}

func (c *cleaner) next() bool {
	switch kind := c.z.Next(); kind {
	case html.ErrorToken:
		return false
	case html.TextToken:
		c.text(string(c.z.Text()))
	case html.StartTagToken, html.SelfClosingTagToken:
		c.start(kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		name, _ := c.z.TagName()
		c.end(string(name))
	case html.DoctypeToken:
		if c.out.Len() == 0 {
			c.out.WriteString("<!DOCTYPE html>")
		}
	}
	return true
}

func (c *cleaner) text(text string) {
	switch {
	case c.inside != "":
	case c.style != "":
		c.out.WriteString(c.style + c.sheet(text) + "</style>")
		c.style = ""
	default:
		c.out.WriteString(html.EscapeString(text))
	}
}

func (c *cleaner) start(selfClosing bool) {
	tag, more := c.z.TagName()
	name := string(tag)
	c.style = ""
	if c.inside != "" {
		if name == c.inside && !(selfClosing && foreign(name)) {
			c.depth++
		}
		return
	}
	attrs := c.attributes(more)
	switch what := elements[name]; {
	case name == "style":
		c.style = "<style" + c.shown(name, attrs) + ">"
	case what == kept && c.tooDeep(name):
	case what == kept || what == void:
		c.out.WriteString("<" + name + c.shown(name, attrs) + ">")
	default:
		c.report(name, attrs)
		if what == gone && !(selfClosing && foreign(name)) {
			c.inside, c.depth = name, 1
		}
	}
}

// foreign says that an element is of another language, in which a tag can close
// itself.
func foreign(name string) bool { return name == "svg" || name == "math" }

func (c *cleaner) end(name string) {
	c.style = ""
	switch {
	case c.inside == "":
		if elements[name] == kept && c.closes(name) {
			c.out.WriteString("</" + name + ">")
		}
	case name == c.inside:
		if c.depth--; c.depth == 0 {
			c.inside = ""
		}
	}
}

// tooDeep counts an element that opens.
func (c *cleaner) tooDeep(name string) bool {
	switch {
	case unclosed[name]:
		return c.beyond > 0
	case c.nested == maxNested:
		c.beyond++
		return true
	}
	c.nested++
	return false
}

// closes counts an element that ends, and says whether its beginning is there.
func (c *cleaner) closes(name string) bool {
	switch {
	case unclosed[name]:
		return c.beyond == 0
	case c.beyond > 0:
		c.beyond--
		return false
	}
	c.nested = max(0, c.nested-1)
	return true
}

// unclosed are elements whose end tag may be missing, HTML §13.1.2.4: the next
// one ends them.
var unclosed = set("html head body p li dt dd tr td th thead tbody tfoot caption colgroup option optgroup rt rp")

// block notes what is left out.
func (c *cleaner) block(kind Kind, url, element string) {
	r := Resource{kind, strings.ToValidUTF8(url[:min(len(url), maxURL)], ""), element}
	if c.known[r] || len(c.blocked) == maxBlocked {
		return
	}
	if c.known == nil {
		c.known = map[Resource]bool{}
	}
	c.known[r] = true
	c.blocked = append(c.blocked, r)
}
