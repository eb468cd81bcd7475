package message

import (
	"iter"
	"path"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Part is one entity of a message, RFC 2045 §2.4: the message itself, a part
// of a multipart, or the message in a message/rfc822. It must not be changed.
type Part struct {
	// Path is the way from the root: "" for the root, "2.1" for the first
	// child of its second child.
	Path string `json:"path"`

	// ContentType is in lower case. Where the header says nothing, it is what
	// the RFCs imply, so it is never "".
	ContentType string `json:"content_type"`

	Charset     string            `json:"charset,omitempty"`     // as declared, in lower case; "" without one
	Encoding    string            `json:"encoding"`              // the canonical name of the transfer encoding; "7bit" without one
	Params      map[string]string `json:"params,omitempty"`      // of Content-Type, decoded, keys in lower case
	Disposition string            `json:"disposition,omitempty"` // "attachment", "inline", another word in lower case; "" without one
	Filename    string            `json:"filename,omitempty"`    // decoded and otherwise as given: no name to open a file by
	ContentID   string            `json:"content_id,omitempty"`  // without its brackets
	Header      Header            `json:"header,omitempty"`

	// Body is the decoded content; that of a text type is UTF-8. For a
	// multipart it is everything between its header and its end. The JSON form
	// of a part has no content.
	Body []byte `json:"-"`

	// Octets is the decoded content in its own charset. It is what Body is,
	// unless a text had to become UTF-8.
	Octets []byte `json:"-"`

	// Encoded is the body as sent.
	Encoded []byte `json:"-"`

	// Children are the parts of a multipart, or the one message within a
	// message/rfc822.
	Children []*Part `json:"children,omitempty"`

	root     bool
	embedded bool // its multipart/related shows it within another part
}

// All yields p and everything below it, each part before its children.
func (p *Part) All() iter.Seq[*Part] {
	return func(yield func(*Part) bool) { p.each(yield) }
}

func (p *Part) each(yield func(*Part) bool) bool {
	if !yield(p) {
		return false
	}
	for _, child := range p.Children {
		if !child.each(yield) {
			return false
		}
	}
	return true
}

// leaves yields what a reader is shown of p: all parts that are no multipart.
// A message within it counts as one.
func (p *Part) leaves(yield func(*Part) bool) bool {
	if !p.multipart() || len(p.Children) == 0 {
		return yield(p)
	}
	for _, child := range p.Children {
		if !child.leaves(yield) {
			return false
		}
	}
	return true
}

func (p *Part) multipart() bool { return strings.HasPrefix(p.ContentType, "multipart/") }

func (p *Part) message() bool {
	return p.ContentType == "message/rfc822" || p.ContentType == "message/global"
}

// shownAs says that a reader is shown p as text of this type, not as a file.
func (p *Part) shownAs(contentType string) bool {
	return p.ContentType == contentType && p.Disposition != "attachment" && (p.Filename == "" || p.root)
}

// Attachment says that a reader is offered p as a file: it is no multipart, not
// the text and not an image that the HTML shows.
func (p *Part) Attachment() bool {
	return !p.multipart() && !p.Embedded() && !p.shownAs("text/plain") && !p.shownAs("text/html")
}

// Embedded says that p is there to be shown within the HTML: it has a
// Content-ID and its multipart/related has another part that is the root, RFC
// 2387.
func (p *Part) Embedded() bool {
	return p.embedded && p.ContentID != "" && p.Disposition != "attachment"
}

// matches says that the file name of p fits a pattern of path.Match, or is it.
func (p *Part) matches(glob string) bool {
	fits, err := path.Match(glob, p.Filename)
	return p.Filename == glob || err == nil && fits
}

// String returns `"invoice.pdf" (application/pdf, 120 bytes)`.
func (p *Part) String() string {
	name := "no name"
	if p.Filename != "" {
		name = shown(p.Filename).String()
	}
	kind := record.Escape(record.Clip(p.ContentType, 80))
	return name + " (" + kind + ", " + count(len(p.Octets), "byte") + ")"
}

// GomegaString is String; Gomega prints it where a test failed.
func (p *Part) GomegaString() string { return p.String() }
