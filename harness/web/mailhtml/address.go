package mailhtml

import (
	"net/url"
	"strings"
)

// bare returns an address as a browser reads it: without blanks and control
// characters around it, and without line ends and tabs in it, URL §4.4.
func bare(address string) string {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, address)
}

// schemeOf returns the scheme of an address in lower case, "" for a relative
// one, and what is behind its colon. An address that begins with two slashes
// has the scheme of the page; here that is https.
func schemeOf(address string) (scheme, rest string) {
	if strings.HasPrefix(address, "//") {
		return "https", address
	}
	scheme, rest, ok := strings.Cut(address, ":")
	if !ok || scheme == "" || strings.ContainsFunc(scheme, notOfScheme) {
		return "", address
	}
	return strings.ToLower(scheme), rest
}

func notOfScheme(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
}

// web returns an address of http or https that names a host, whole. Any other
// one of these schemes is relative to the page in some browser.
func web(address string) (whole string, ok bool) {
	scheme, rest := schemeOf(address)
	host := strings.TrimPrefix(rest, "//")
	if scheme != "http" && scheme != "https" || len(host) == len(rest) || host == "" || strings.ContainsAny(host[:1], `/\?#`) {
		return "", false
	}
	return scheme + ":" + rest, true
}

// image returns the address of a picture that may be shown.
func (c *cleaner) image(address, element string) (string, bool) {
	address = bare(address)
	scheme, rest := schemeOf(address)
	switch scheme {
	case "cid":
		if url, ok := c.part(rest); ok {
			return url, true
		}
	case "data":
		if pictureData(rest) {
			return address, true
		}
	case "http", "https":
		if whole, ok := web(address); ok && c.options.Remote {
			return whole, true
		}
	}
	if address != "" {
		c.block(Image, address, element)
	}
	return "", false
}

// part returns where a part is that is named by its Content-ID, RFC 2392.
func (c *cleaner) part(id string) (string, bool) {
	id, err := url.PathUnescape(id)
	if err != nil || c.options.CID == nil {
		return "", false
	}
	return c.options.CID(id)
}

// pictureData says that what is behind "data:" is a picture of pixels, RFC 2397.
func pictureData(rest string) bool {
	kind, content, ok := strings.Cut(rest, ";base64,")
	return ok && pictures[strings.ToLower(kind)] && !strings.ContainsFunc(content, func(r rune) bool {
		return notOfScheme(r) && r != '/' && r != '=' && r != '%' && r != '_' && r != ' '
	})
}

var pictures = set("image/png image/jpeg image/jpg image/gif image/webp image/bmp image/avif image/x-icon image/vnd.microsoft.icon")

// link returns where a link may lead: to another page, to a mailbox, to a
// telephone, or within this page.
func (c *cleaner) link(address, element string) (string, bool) {
	address = bare(address)
	switch scheme, _ := schemeOf(address); {
	case scheme == "mailto", scheme == "tel", strings.HasPrefix(address, "#"):
		return address, true
	case scheme == "http", scheme == "https":
		if whole, ok := web(address); ok {
			return whole, true
		}
	}
	if address != "" {
		c.block(Link, address, element)
	}
	return "", false
}

// candidates returns those of a srcset that may be shown, HTML §4.8.4.2.1.
func (c *cleaner) candidates(list, element string) string {
	var shown []string
	for {
		list = strings.TrimLeft(list, " \t\r\n\f,")
		if list == "" {
			return strings.Join(shown, ", ")
		}
		end := strings.IndexAny(list, " \t\r\n\f")
		if end < 0 {
			end = len(list)
		}
		address, behind := list[:end], list[end:]
		descriptor := ""
		if !strings.HasSuffix(address, ",") {
			descriptor, behind, _ = strings.Cut(behind, ",")
		}
		if url, ok := c.image(strings.TrimRight(address, ","), element); ok {
			shown = append(shown, strings.TrimSpace(url+" "+sizeOf(descriptor)))
		}
		list = behind
	}
}

// sizeOf returns a descriptor of a candidate, "2x" or "640w", "" if it is none.
func sizeOf(text string) string {
	text = strings.TrimSpace(text)
	digits := strings.TrimLeft(text, "0123456789.")
	if digits == "x" || digits == "w" || digits == "h" {
		return text
	}
	return ""
}
