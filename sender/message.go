package sender

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is a message to compose (RFC 5322, MIME). Bytes gives its octets and
// Envelope whom it goes to. What a field cannot hold is refused by Bytes, above
// all anything that would begin another header field.
type Message struct {
	// From are the authors, one at least. With several, Sender is needed, and
	// the first stands in when it is nil (RFC 5322 §3.6.2).
	From   []mail.Address
	Sender *mail.Address

	// To and Cc are the recipients that everybody sees, Bcc those that nobody
	// sees: they are in the Envelope and in no header.
	To, Cc, Bcc []mail.Address
	ReplyTo     []mail.Address

	// Subject may be in any script.
	Subject string
	// Date of the message; zero means now.
	Date time.Time
	// MessageID with its angle brackets; empty means a random one at the domain
	// of From.
	MessageID string
	// Header are further fields. A Subject, Date or Message-ID here takes the
	// place of the generated one; those with a field of their own above, and
	// those of MIME, are refused.
	Header []Field

	// Text and HTML are bodies in UTF-8; with both, they are alternatives. A
	// missing final line end is added.
	Text, HTML string
	// Attachments follow the body.
	Attachments []Attachment

	// Allow8Bit leaves text that is not ASCII as it is, for servers with
	// 8BITMIME. Else it is encoded, and any server takes the message.
	Allow8Bit bool
	// AllowUTF8 leaves headers in UTF-8 as they are, for servers with SMTPUTF8,
	// and allows addresses with a local part that is not ASCII.
	AllowUTF8 bool

	// Rand is where Message-ID and boundaries come from; nil means crypto/rand.
	// With Date and Rand given, the octets of a message are always the same.
	Rand io.Reader
}

// Field is a header field.
type Field struct {
	Name, Value string
}

// Attachment is a file that goes with a message.
type Attachment struct {
	// Name is the file's name, in any script; empty means none.
	Name string
	// ContentType is the media type; empty means application/octet-stream.
	ContentType string
	// ContentID, without brackets, makes the file a part of the HTML, which
	// shows it as "cid:…".
	ContentID string
	// Content are the octets of the file.
	Content []byte
}

// ErrMessage is what errors of Bytes match: something that a message cannot
// hold.
var ErrMessage = errors.New("not a message that can be composed")

// Envelope returns the envelope of the message: Sender or the first of From, and
// each of To, Cc and Bcc once.
func (m *Message) Envelope() Envelope {
	var env Envelope
	if sender := m.sender(); sender != nil {
		env.From = envelopeForm(*sender)
	}
	seen := map[string]bool{}
	for _, list := range [][]mail.Address{m.To, m.Cc, m.Bcc} {
		for _, a := range list {
			if addr := envelopeForm(a); !seen[addr] {
				seen[addr] = true
				env.To = append(env.To, Recipient{Address: addr})
			}
		}
	}
	return env
}

func (m *Message) sender() *mail.Address {
	switch {
	case m.Sender != nil:
		return m.Sender
	case len(m.From) > 0:
		return &m.From[0]
	}
	return nil
}

// envelopeForm: net/mail keeps addresses without the quotes of their local part.
func envelopeForm(a mail.Address) string {
	if _, ok := splitMailbox(a.Address); ok {
		return a.Address
	}
	return quoteLocal(a.Address)
}

// Bytes composes the message, with CRLF line ends. Its error matches ErrMessage
// or ErrAddress, or comes from Rand.
func (m *Message) Bytes() ([]byte, error) {
	var b bytes.Buffer
	b.Grow(m.estimate())
	w := composer{m: m, b: &b, random: m.Rand}
	if w.random == nil {
		w.random = rand.Reader
	}
	if err := w.header(); err != nil {
		return nil, err
	}
	root, err := w.tree()
	if err != nil {
		return nil, err
	}
	w.raw("MIME-Version: 1.0")
	if err := w.part(root); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// WriteTo composes the message into w.
func (m *Message) WriteTo(w io.Writer) (int64, error) {
	msg, err := m.Bytes()
	if err != nil {
		return 0, err
	}
	n, err := w.Write(msg)
	return int64(n), err
}

func (m *Message) estimate() int {
	n := 2048 + 3*(len(m.Text)+len(m.HTML))
	for _, a := range m.Attachments {
		n += len(a.Content)*7/5 + 512
	}
	return n
}

// composer writes one message.
type composer struct {
	m      *Message
	b      *bytes.Buffer
	random io.Reader
}

// token returns n random octets as letters and digits.
func (w *composer) token(n int) (string, error) {
	p := make([]byte, n)
	if _, err := io.ReadFull(w.random, p); err != nil {
		return "", fmt.Errorf("no random octets for the message: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(p)), nil
}

// checkText refuses what no header value may hold, with or without encoding: a
// reader that decodes a line end may take what follows for a field.
func checkText(where, s string) error {
	if !utf8.ValidString(s) || hasControl(strings.ReplaceAll(s, "\t", " ")) {
		return problem(ErrMessage, where+" "+quoted(s)+" has control characters or broken UTF-8")
	}
	return nil
}
