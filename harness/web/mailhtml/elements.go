package mailhtml

import (
	"cmp"
	"strings"
)

// fate is what becomes of an element.
type fate int

const (
	opened fate = iota // its tags go and what is in it stays: the fate of what is not known
	kept
	void // kept, and it has no end tag
	gone // with all that is in it
)

// elements are those with a fate of their own. Of the ones that are kept none
// has content that is read in another way than that of HTML.
var elements = fates(map[fate]string{
	kept: `a abbr acronym address article aside b bdi bdo big blockquote body caption center cite code colgroup dd del
		details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hgroup html i ins kbd li main
		map mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td
		tfoot th thead time tr tt u ul var`,
	void: `area br col hr img wbr`,
	gone: `applet audio canvas datalist frameset iframe math noembed noframes noscript object plaintext script select svg
		template textarea title video xmp`,
})

func fates(lists map[fate]string) map[string]fate {
	all := map[string]fate{}
	for what, list := range lists {
		for _, name := range strings.Fields(list) {
			all[name] = what
		}
	}
	return all
}

// report notes what an element that is left out was for.
func (c *cleaner) report(name string, attrs []attribute) {
	kind, is := reported[name]
	url := ""
	for _, a := range []string{"src", "href", "data", "action", "formaction", "code", "srcset"} {
		url = cmp.Or(url, bare(valueOf(attrs, a)))
	}
	switch name {
	case "meta":
		is = strings.EqualFold(bare(valueOf(attrs, "http-equiv")), "refresh")
		_, url, _ = strings.Cut(valueOf(attrs, "content"), "=")
	case "link":
		is = url != ""
		if !strings.Contains(strings.ToLower(valueOf(attrs, "rel")), "stylesheet") {
			kind = Other
		}
	}
	if is {
		c.block(kind, bare(url), name)
	}
}

var reported = map[string]Kind{
	"script": Script, "iframe": Frame, "frame": Frame, "portal": Frame, "object": Plugin, "embed": Plugin, "applet": Plugin,
	"audio": Media, "video": Media, "track": Media, "source": Media, "bgsound": Media, "svg": Drawing, "math": Drawing,
	"form": Form, "input": Form, "button": Form, "select": Form, "textarea": Form, "isindex": Form,
	"meta": Redirect, "base": Base, "link": Style, "image": Image,
}
