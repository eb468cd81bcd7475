package mailhtml

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// attribute is one of a tag, its name in lower case and its value decoded.
type attribute struct{ name, value string }

// attributes reads those of the tag. Of two with one name the first one counts,
// as in a browser.
func (c *cleaner) attributes(more bool) (all []attribute) {
	for more {
		var name, value []byte
		name, value, more = c.z.TagAttr()
		a := attribute{string(name), string(value)}
		if strings.HasPrefix(a.name, "on") {
			a.name = handler
		}
		if isKnown(a.name) && !slices.ContainsFunc(all, func(b attribute) bool { return b.name == a.name }) {
			all = append(all, a)
		}
	}
	return all
}

// isKnown says that it matters whether a tag has this attribute. There are few
// such names, so that a tag with many attributes costs no more than they are long.
func isKnown(name string) bool {
	return plain[name] || addresses[name] || name == "style" || name == handler
}

// handler stands for all attributes that are scripts: onload and its like.
const handler = "on"

// plain are attributes that load and lead to nothing, whatever they say.
var plain = set(`abbr align alt aria-hidden aria-label axis bgcolor border bordercolor cellpadding cellspacing char charoff
	class clear color cols colspan compact coords datetime dir face frame frameborder headers height hspace id lang media name
	noshade nowrap open reversed role rowspan rules scope shape size span start summary title type valign value vlink
	link alink text vspace width`)

// addresses are attributes that hold one, and what tells of it.
var addresses = set("href src srcset background usemap data action formaction code content http-equiv rel")

func set(list string) map[string]bool {
	all := map[string]bool{}
	for _, name := range strings.Fields(list) {
		all[name] = true
	}
	return all
}

func valueOf(attrs []attribute, name string) string {
	for _, a := range attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// shown returns the attributes of an element that is kept, as they are written.
func (c *cleaner) shown(element string, attrs []attribute) string {
	var b strings.Builder
	for _, a := range attrs {
		value, ok := c.attribute(element, a)
		if !ok {
			continue
		}
		b.WriteString(" " + a.name + `="` + html.EscapeString(value) + `"`)
		if a.name == "href" && !strings.HasPrefix(value, "#") {
			b.WriteString(` target="_blank" rel="noopener noreferrer nofollow"`)
		}
	}
	return b.String()
}

// attribute returns what an attribute may say.
func (c *cleaner) attribute(element string, a attribute) (value string, ok bool) {
	switch {
	case plain[a.name]:
		return a.value, true
	case a.name == "style":
		value = c.declarations(element, a.value)
		return value, value != ""
	case a.name == "background", a.name == "src" && element == "img":
		return c.image(a.value, element)
	case a.name == "srcset" && element == "img":
		value = c.candidates(a.value, element)
		return value, value != ""
	case a.name == "href" && (element == "a" || element == "area"):
		return c.link(a.value, element)
	case a.name == "usemap":
		return a.value, strings.HasPrefix(a.value, "#")
	case a.name == handler:
		c.block(Script, "", element)
	}
	return "", false
}
