package message

import (
	"iter"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"
)

// Parsed is what a message says. It is taken apart on the first look: a
// subject costs the header, a text costs the whole message, a link the HTML
// too. It is safe for concurrent use, and what it returns must not be changed.
type Parsed struct {
	raw     func() []byte
	outline bool // attachments are not decoded

	headOnce, bodyOnce, viewOnce sync.Once

	walker *walker // between head and body
	head   head
	root   *Part
	notes  notes
	view   view
}

// head is what the header of a message says.
type head struct {
	header                     Header
	subject, messageID         string
	from, replyTo, to, cc, bcc []mail.Address
	date                       time.Time
}

// Parse returns the view of a message that nobody sent: a file, a fixture. It
// keeps raw and never fails. RFC 5322, RFC 2045.
func Parse(raw []byte) *Parsed {
	return &Parsed{raw: func() []byte { return raw }}
}

// Outline is Parse without the content of attachments and pictures, which is not
// decoded: their Body and Octets are nil, and what is wrong with their encoding
// is not found. It is for large messages of which only the rest is looked at.
func Outline(raw []byte) *Parsed {
	p := Parse(raw)
	p.outline = true
	return p
}

func (p *Parsed) readHead() *head {
	p.headOnce.Do(func() {
		p.walker = newWalker(p.raw(), &p.notes)
		p.walker.outline = p.outline
		at := here{notes: &p.notes}
		h := p.walker.header(at)
		p.head = head{
			header:    h,
			subject:   decodeWords(h.readable("Subject", at), at),
			messageID: strings.Trim(h.readable("Message-ID", at), " \t<>"),
			date:      parseDate(h.readable("Date", at), at),
			from:      h.addresses("From", at),
			replyTo:   h.addresses("Reply-To", at),
			to:        h.addresses("To", at),
			cc:        h.addresses("Cc", at),
			bcc:       h.addresses("Bcc", at),
		}
	})
	return &p.head
}

func (p *Parsed) readBody() *Part {
	p.bodyOnce.Do(func() {
		h := p.readHead().header
		at := here{notes: &p.notes}
		judgeLines(p.walker.b, at)
		judgeVersion(h, at)
		p.root = p.walker.content(h, "", 1, "text/plain")
		p.walker = nil
	})
	return p.root
}

// judgeVersion asks for MIME-Version where there is MIME, RFC 2045 §4.
func judgeVersion(h Header, at here) {
	if !h.Has("MIME-Version") && (h.Has("Content-Type") || h.Has("Content-Transfer-Encoding")) {
		at.warn(MIMEVersion, "MIME fields without MIME-Version")
	}
}

// readable returns the first field of this name, unfolded and in UTF-8.
func (h Header) readable(name string, at here) string {
	f, _ := h.field(name)
	return readable(unfold(f.Raw), at)
}

// addresses returns the addresses of all fields of this name.
func (h Header) addresses(name string, at here) []mail.Address {
	var list []mail.Address
	for f := range h.named(name) {
		if len(list) < MaxAddresses {
			list = append(list, parseAddresses(readable(unfold(f.Raw), at), at)...)
		}
	}
	return list
}

// Header returns the header fields in order.
func (p *Parsed) Header() Header { return p.readHead().header }

// Subject returns the decoded subject, "" without one.
func (p *Parsed) Subject() string { return p.readHead().subject }

// From returns the authors, RFC 5322 §3.6.2, their names decoded.
func (p *Parsed) From() []mail.Address { return slices.Clone(p.readHead().from) }

// ReplyTo returns where the authors want answers to go.
func (p *Parsed) ReplyTo() []mail.Address { return slices.Clone(p.readHead().replyTo) }

// To returns the primary recipients that the header names, which need not be
// those of the envelope.
func (p *Parsed) To() []mail.Address { return slices.Clone(p.readHead().to) }

// Cc returns the other recipients that the header names.
func (p *Parsed) Cc() []mail.Address { return slices.Clone(p.readHead().cc) }

// BccField returns the recipients that a field Bcc names, which a message that
// was sent should not have. Message.Bcc has those that nothing names.
func (p *Parsed) BccField() []mail.Address { return slices.Clone(p.readHead().bcc) }

// Date returns when the message says that it was written, in its own time
// zone. It is the zero time if there is no Date or none that can be read.
func (p *Parsed) Date() time.Time { return p.readHead().date }

// MessageID returns the Message-ID without its brackets, "" without one.
func (p *Parsed) MessageID() string { return p.readHead().messageID }

// Root returns the MIME tree. It is never nil.
func (p *Parsed) Root() *Part { return p.readBody() }

// Parts yields every part of the tree, the root first and each before its
// children.
func (p *Parsed) Parts() iter.Seq[*Part] { return p.readBody().All() }

// Text returns the text/plain content as a reader is shown it: of all parts
// that are no attachment, in order, in UTF-8, its lines ended by LF. One line
// end at the very end is taken off, since SMTP puts one behind every message.
// The message within a message/rfc822 is not part of it.
func (p *Parsed) Text() string { return p.shownText("text/plain") }

// HTML returns the text/html content in the form of Text.
func (p *Parsed) HTML() string { return p.shownText("text/html") }

// VisibleText returns the HTML as a reader sees it: without tags, scripts and
// hidden elements, white space as a browser would collapse it, a line for each
// block. A message without HTML has its Text here.
func (p *Parsed) VisibleText() string { return p.readView().text }

// Links returns where the message leads: the anchors of its HTML with their
// text, then the bare URLs of its texts that no anchor has. At most MaxLinks.
func (p *Parsed) Links() []Link { return slices.Clone(p.readView().links) }

func (p *Parsed) readView() *view {
	p.viewOnce.Do(func() { p.view = newView(p.HTML(), p.Text()) })
	return &p.view
}

func (p *Parsed) shownText(contentType string) string {
	var texts []string
	var whole *Part
	p.readBody().leaves(func(leaf *Part) bool {
		if leaf.shownAs(contentType) {
			texts = append(texts, plainLines(leaf.Body))
		}
		if leaf.multipart() {
			whole = leaf
		}
		return true
	})
	if len(texts) == 0 && whole != nil && contentType == "text/plain" {
		// A multipart that could not be taken apart is shown as it came.
		return plainLines(guess(whole.Body))
	}
	return strings.Join(texts, "\n")
}

func plainLines(b []byte) string {
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	return strings.TrimPrefix(strings.TrimSuffix(text, "\n"), "\ufeff")
}

// Attachments returns the parts that a reader is offered as files: those that
// are neither the text nor an image within the HTML. A message within the
// message is one, what is in it is not.
func (p *Parsed) Attachments() []*Part { return p.leavesThat((*Part).Attachment) }

// Embedded returns the parts that the HTML shows by their Content-ID.
func (p *Parsed) Embedded() []*Part { return p.leavesThat((*Part).Embedded) }

func (p *Parsed) leavesThat(fits func(*Part) bool) []*Part {
	var list []*Part
	p.readBody().leaves(func(leaf *Part) bool {
		if fits(leaf) {
			list = append(list, leaf)
		}
		return true
	})
	return list
}

// Attachment returns the first attachment whose file name is glob or fits it,
// in the form of path.Match: "*.pdf". If there is none, an embedded part of
// that name is returned.
func (p *Parsed) Attachment(glob string) (*Part, bool) {
	for _, part := range append(p.Attachments(), p.Embedded()...) {
		if part.matches(glob) {
			return part, true
		}
	}
	return nil, false
}

// Warnings returns what had to be repaired, the header's first. A message that
// every strict parser reads the same way has none.
func (p *Parsed) Warnings() []Warning {
	p.readBody()
	return slices.Clone(p.notes.list)
}
