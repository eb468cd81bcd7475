package htmlsupport

import (
	"path"
	"strings"

	"golang.org/x/net/html"
)

// uses are what HTML uses, each as a kind and a name:
//
//	element:table  element:input[type=text]  attribute:align  link:mailto  link:local  meta:color-scheme
//	image:png  image:base64  comment  doctype
//	property:margin  property:display=flex  property:--*  function:calc  unit:vh  word:initial  word:!important
//	at:media  media:hover  selector:>  pseudo:hover  nesting  csscomment
type uses map[string]bool

// scan returns what HTML uses.
func scan(markup string) uses {
	u := uses{}
	z := html.NewTokenizer(strings.NewReader(markup))
	style := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return u
		case html.DoctypeToken:
			u["doctype"] = true
		case html.CommentToken:
			u["comment"] = true
		case html.TextToken:
			if style {
				u.sheet(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			style = u.tag(z) == "style"
		case html.EndTagToken:
			style = false
		}
	}
}

// tag notes an element with its attributes, and returns its name.
func (u uses) tag(z *html.Tokenizer) string {
	tag, more := z.TagName()
	name := string(tag)
	u.add("element:", name)
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		u.attribute(name, string(key), strings.TrimSpace(string(val)))
	}
	return name
}

// maxName bounds what is taken for a name: none that is known is longer.
const maxName = 60

func (u uses) add(kind, name string) {
	if name != "" && len(name) <= maxName {
		u[kind+name] = true
	}
}

func (u uses) attribute(element, key, val string) {
	u.add("attribute:", key)
	switch key {
	case "style":
		u.declarations(val)
	case "type":
		u.add("element:", element+"[type="+strings.ToLower(val[:min(len(val), maxName)])+"]")
	case "name":
		if element == "meta" {
			u.add("meta:", strings.ToLower(val[:min(len(val), maxName)]))
		}
	case "href":
		switch {
		case strings.HasPrefix(val, "#"):
			u["link:local"] = true
		case len(val) > 7 && strings.EqualFold(val[:7], "mailto:"):
			u["link:mailto"] = true
		}
	case "src", "background":
		u.image(val)
	case "srcset":
		for candidate := range strings.SplitSeq(val, ",") {
			candidate, _, _ = strings.Cut(strings.TrimSpace(candidate), " ")
			u.image(candidate)
		}
	}
}

// image notes the format of a picture, as far as its address tells it.
func (u uses) image(address string) {
	if rest, ok := cutScheme(address, "data:"); ok {
		kind, rest, _ := strings.Cut(rest, ";")
		if form, ok := cutScheme(kind, "image/"); ok {
			u.add("image:", strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(form, "x-"), "+xml")))
		}
		if strings.HasPrefix(rest, "base64") {
			u["image:base64"] = true
		}
		return
	}
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	if ending := path.Ext(address); ending != "" {
		u.add("image:", strings.ToLower(ending[1:]))
	}
}

func cutScheme(s, scheme string) (string, bool) {
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return s, false
	}
	return s[len(scheme):], true
}
