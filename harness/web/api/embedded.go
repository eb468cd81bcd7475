package api

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
	"golang.org/x/net/html"
)

// maxEmbedded is how many octets of pictures a page of HTML gets.
const maxEmbedded = 20 << 20

// withImages puts the pictures that HTML asks for by their Content-ID into it,
// RFC 2392: a page in a sandbox may not fetch them. Everything else stays as it
// is.
func withImages(text string, m *message.Parsed) string {
	pictures := picturesOf(m)
	if len(pictures) == 0 {
		return text
	}
	room := maxEmbedded
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			out.Write(z.Raw())
			return out.String()
		}
		raw := bytes.Clone(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken || !bytes.Contains(bytes.ToLower(raw), []byte("cid:")) {
			out.Write(raw)
			continue
		}
		t := z.Token()
		for i := range t.Attr {
			fill(&t.Attr[i], pictures, &room)
		}
		out.WriteString(t.String())
	}
}

func picturesOf(m *message.Parsed) map[string]*message.Part {
	pictures := map[string]*message.Part{}
	for p := range m.Parts() {
		if contentType, _ := servedAs(p); p.ContentID != "" && strings.HasPrefix(contentType, "image/") && pictures[p.ContentID] == nil {
			pictures[p.ContentID] = p
		}
	}
	return pictures
}

func fill(a *html.Attribute, pictures map[string]*message.Part, room *int) {
	if a.Key != "src" && a.Key != "background" {
		return
	}
	scheme, id, _ := strings.Cut(strings.TrimSpace(a.Val), ":")
	id, err := url.PathUnescape(id)
	if err != nil || !strings.EqualFold(scheme, "cid") {
		return
	}
	p := pictures[id]
	if p == nil || len(p.Octets) > *room {
		return
	}
	*room -= len(p.Octets)
	a.Val = "data:" + p.ContentType + ";base64," + base64.StdEncoding.EncodeToString(p.Octets)
}
