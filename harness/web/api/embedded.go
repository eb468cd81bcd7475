package api

import (
	"encoding/base64"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
)

// maxEmbedded is how many octets of pictures a page of HTML gets.
const maxEmbedded = 20 << 20

// embedded are the pictures of a message that its HTML may show by their
// Content-ID, RFC 2392. They are put into it: a page in a sandbox may not fetch
// them.
type embedded struct {
	pictures map[string]*message.Part
	room     int
}

func embeddedIn(m *message.Parsed) *embedded {
	e := &embedded{map[string]*message.Part{}, maxEmbedded}
	for p := range m.Parts() {
		if contentType, _ := servedAs(p); p.ContentID != "" && strings.HasPrefix(contentType, "image/") && e.pictures[p.ContentID] == nil {
			e.pictures[p.ContentID] = p
		}
	}
	return e
}

// url returns a picture as an address.
func (e *embedded) url(id string) (string, bool) {
	p := e.pictures[id]
	if p == nil || len(p.Octets) > e.room {
		return "", false
	}
	e.room -= len(p.Octets)
	return "data:" + p.ContentType + ";base64," + base64.StdEncoding.EncodeToString(p.Octets), true
}
