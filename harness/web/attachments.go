package web

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// file is a part that a reader is offered.
type file struct {
	api.Part
	Picture bool   // can be shown
	Text    string // its beginning; "" if it is not text
	Cut     bool   // the text is longer
}

// attached are the attachments.
type attached struct {
	List []file
	More int // that are folded
}

// Files are those of the message.
func (m *reading) Files() (f attached) {
	parts := m.View.Files
	if !m.All() && len(parts) > folded+2 {
		f.More = len(parts) - folded
		parts = parts[:folded]
	}
	all := slices.Collect(m.Parsed.Parts())
	for _, p := range parts {
		f.List = append(f.List, fileOf(p, all[p.N]))
	}
	return f
}

// pictures are the types that every browser shows, and none runs.
var pictures = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// texts are the types whose beginning is shown as text. HTML, SVG and XML are
// not among them: what is said to be one of those is not looked into.
var texts = map[string]bool{
	"text/plain": true, "text/csv": true, "text/calendar": true, "text/markdown": true, "text/x-log": true, "text/x-diff": true, "text/x-patch": true,
	"application/json": true,
}

func fileOf(p api.Part, part *message.Part) file {
	f := file{Part: p, Picture: pictures[p.Served] && p.Size > 0 && p.Size <= maxPicture}
	if texts[p.Type] {
		f.Cut = len(part.Body) > maxPreview
		beginning := string(part.Body[:min(len(part.Body), maxPreview)])
		f.Text = strings.ReplaceAll(strings.ToValidUTF8(beginning, "\ufffd"), "\r\n", "\n")
	}
	return f
}

// node is a part in the tree.
type node struct {
	api.Part
	Depth int // of parts around it, 8 at most
	View  bool
	Whole bool // it is a leaf, which can be had
}

// Tree is the message in its parts.
func (m *reading) Tree() []node {
	list := make([]node, 0, len(m.View.Parts))
	for _, p := range m.View.Parts {
		n := node{Part: p, View: pictures[p.Served] || strings.HasPrefix(p.Served, "text/plain"), Whole: p.SHA256 != ""}
		if p.Path != "" {
			n.Depth = min(8, 1+strings.Count(p.Path, "."))
		}
		list = append(list, n)
	}
	return list
}
