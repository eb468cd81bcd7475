package message

import (
	"iter"
	"net/mail"
	"net/textproto"
	"strings"
)

// Field is one header field, RFC 5322 §2.2.
type Field struct {
	Name string `json:"name"` // as it was spelt; "" for a header line that is no field
	Raw  string `json:"raw"`  // the octets behind the colon as sent, folding included, without the last line end
}

// Unfolded returns the value on one line, RFC 5322 §2.2.3, with its
// encoded-words as sent. Octets that are not UTF-8 are read as windows-1252.
func (f Field) Unfolded() string { return readable(unfold(f.Raw), here{}) }

// Value returns the value on one line with its encoded-words decoded, RFC 2047.
func (f Field) Value() string { return decodeWords(f.Unfolded(), here{}) }

// Header is a header section: its fields in the order in which they came.
type Header []Field

// Has says that there is a field of this name. Names are compared without
// regard to case.
func (h Header) Has(name string) bool {
	_, ok := h.field(name)
	return ok
}

// Get returns the decoded value of the first field of this name, "" without one.
func (h Header) Get(name string) string {
	f, _ := h.field(name)
	return f.Value()
}

// Values returns the decoded value of every field of this name, in order.
func (h Header) Values(name string) []string {
	var values []string
	for f := range h.named(name) {
		values = append(values, f.Value())
	}
	return values
}

// Names returns the different names as they were first spelt, in order.
func (h Header) Names() []string {
	names := make([]string, 0, len(h))
	seen := make(map[string]bool, len(h))
	for _, f := range h {
		if key := strings.ToLower(f.Name); f.Name != "" && !seen[key] {
			seen[key] = true
			names = append(names, f.Name)
		}
	}
	return names
}

// Mail returns the header in the form of net/mail: canonical names, unfolded
// values with their encoded-words as sent.
func (h Header) Mail() mail.Header {
	m := make(mail.Header, len(h))
	for _, f := range h {
		if f.Name != "" {
			key := textproto.CanonicalMIMEHeaderKey(f.Name)
			m[key] = append(m[key], f.Unfolded())
		}
	}
	return m
}

func (h Header) field(name string) (Field, bool) {
	for f := range h.named(name) {
		return f, true
	}
	return Field{}, false
}

func (h Header) named(name string) iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, f := range h {
			if strings.EqualFold(f.Name, name) && !yield(f) {
				return
			}
		}
	}
}

// unfold takes the line ends out of a field's value. The white space that
// begins a folded line stays, as one space if it was a tab.
func unfold(raw string) string {
	if !strings.Contains(raw, "\n") {
		return strings.Trim(raw, " \t\r")
	}
	var b strings.Builder
	b.Grow(len(raw))
	for line := range strings.Lines(raw) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if b.Len() > 0 && strings.HasPrefix(line, "\t") {
			b.WriteByte(' ')
			line = line[1:]
		}
		b.WriteString(line)
	}
	return strings.Trim(b.String(), " \t\r")
}

// known are the fields that the view is made of. A header that has none of
// them and no empty line behind it is text, and beyond the limit of fields
// the first of each is still kept.
var known = [...]string{
	"from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "in-reply-to", "references",
	"mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
	"content-description", "received", "return-path", "dkim-signature", "list-unsubscribe",
}

// once are those of known that a header has at most one of.
const once = 1<<16 - 1

// knownBit returns the bit of a known field, 0 for any other.
func knownBit[T string | []byte](name T) uint32 {
	if len(name) > len("content-transfer-encoding") {
		return 0
	}
	for i, k := range known {
		if len(k) == len(name) && strings.EqualFold(k, string(name)) {
			return 1 << i
		}
	}
	return 0
}
