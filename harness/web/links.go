package web

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"

	"github.com/smtpspec/smtpspec/harness/message"
)

// maxLinks is how many links are listed above a message. A message may have
// 10,000; the API has them all.
const maxLinks = 500

// link is where a message leads, as a reader is told.
type link struct {
	message.Link
	Href    string // "" if it is of no kind that a page may lead to
	Host    string // the real one: that of the URL, in A-labels
	Spoken  string // the host in U-labels, where that is something else
	Differs string // the host that the text of the link names, and that it does not lead to; "" mostly
}

// links are those that are listed.
type links []link

// Links are those of the message.
func (m *reading) Links() links {
	list := m.View.Links
	list = list[:min(len(list), maxLinks)]
	out := make(links, 0, len(list))
	for _, l := range list {
		out = append(out, linkOf(l))
	}
	return out
}

// LinksBeyond is how many are not listed.
func (m *reading) LinksBeyond() int { return max(0, len(m.View.Links)-maxLinks) }

// Deceiving is how many links say that they lead to another host.
func (all links) Deceiving() (n int) {
	for _, l := range all {
		if l.Differs != "" {
			n++
		}
	}
	return n
}

func linkOf(l message.Link) link {
	out := link{Link: l}
	u, err := url.Parse(strings.TrimSpace(l.URL))
	if err != nil {
		return out
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return out
		}
		out.Host = strings.ToLower(u.Hostname())
		if ascii, err := idna.ToASCII(out.Host); err == nil {
			out.Host = ascii
		}
		if spoken, err := idna.Display.ToUnicode(out.Host); err == nil && spoken != out.Host {
			out.Spoken = spoken
		}
		out.Differs = deceit(l.Text, out.Host)
	case "mailto", "tel":
	default:
		return out
	}
	out.Href = u.String()
	return out
}

// naming is a text that reads as an address of the web.
var naming = regexp.MustCompile(`(?i)^\s*(?:https?://)?(?:[^/@\s]*@)?((?:[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+[\pL][\pL\pN-]+)(?::\d+)?(?:[/?#]\S*)?\s*$`)

// deceit returns the host that the text of a link names, if it is another one
// than where the link leads. "www." before either is no difference.
func deceit(text, host string) string {
	if len(text) > 2000 {
		return ""
	}
	found := naming.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	said := strings.ToLower(found[1])
	if ascii, err := idna.ToASCII(said); err == nil {
		said = ascii
	}
	if strings.TrimPrefix(said, "www.") == strings.TrimPrefix(host, "www.") {
		return ""
	}
	return said
}

// piece is a stretch of text, or a link in it.
type piece struct{ Text, Href string }

// address finds what a reader would click in a text.
var address = regexp.MustCompile(`(?i)\b(?:https?://|mailto:|tel:)[^\s<>"'` + "`" + `]+`)

// pieces takes a text apart into what can be clicked and what cannot. Links
// behind the 5,000th are text.
func pieces(text string) (all []piece) {
	end := 0
	for _, at := range address.FindAllStringIndex(text, 5000) {
		found := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)]}»”’")
		l := linkOf(message.Link{URL: found})
		if l.Href == "" {
			continue
		}
		if at[0] > end {
			all = append(all, piece{Text: text[end:at[0]]})
		}
		all = append(all, piece{found, l.Href})
		end = at[0] + len(found)
	}
	if end < len(text) {
		all = append(all, piece{Text: text[end:]})
	}
	return all
}
