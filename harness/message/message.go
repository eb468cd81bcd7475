package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/mail"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Message is a message that a server accepted, with the envelope that it came
// in and what it says. Of makes one; the zero value is of no use. It is safe
// for concurrent use.
type Message struct {
	*record.Message
	*Parsed
}

// Of returns the parsed view of m, which must not change any more. Nothing is
// parsed before the first look.
func Of(m *record.Message) *Message {
	return &Message{m, &Parsed{raw: m.Raw}}
}

// Bcc returns the blind copies: the accepted recipients of the envelope that
// the fields To, Cc and Bcc do not name. The local parts of addresses are
// compared exactly, the domains without regard to case, RFC 5321 §2.4.
func (m *Message) Bcc() []string {
	h := m.readHead()
	named := map[string]bool{}
	for _, list := range [][]mail.Address{h.to, h.cc, h.bcc} {
		for _, a := range list {
			named[AddressKey(a.Address)] = true
		}
	}
	var blind []string
	for _, address := range m.Envelope.To() {
		if !named[AddressKey(address)] {
			blind = append(blind, address)
		}
	}
	return blind
}

// String returns the message on one line, peer text escaped:
//
//	message #1 "Subject" from <a@b> to <c@d>, 75 bytes
func (m *Message) String() string {
	return "message #" + strconv.Itoa(m.ID) + " " + shown(m.Subject()).String() +
		" from <" + record.Escape(m.Envelope.From) + "> to " + recipients(m.Envelope.To()) + ", " + count(m.Size(), "byte")
}

// GomegaString is String; Gomega prints it where a test failed.
func (m *Message) GomegaString() string { return m.String() }

func recipients(to []string) string {
	const enough = 5
	if len(to) == 0 {
		return "nobody"
	}
	var list []string
	for _, address := range to[:min(len(to), enough)] {
		list = append(list, "<"+record.Escape(record.Clip(address, 320))+">")
	}
	s := strings.Join(list, ", ")
	if len(to) > enough {
		s += " and " + strconv.Itoa(len(to)-enough) + " more"
	}
	return s
}

// MarshalJSON writes the record of the message with one key more, "subject".
func (m *Message) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(m.Message)
	if err != nil {
		return nil, err
	}
	subject, err := json.Marshal(m.Subject())
	if err != nil {
		return nil, err
	}
	inner, ok := bytes.CutSuffix(b, []byte("}"))
	if !ok {
		return nil, errors.New("message: the record is no JSON object")
	}
	b = append(inner[:len(inner):len(inner)], `,"subject":`...)
	return append(append(b, subject...), '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, or the record alone.
func (m *Message) UnmarshalJSON(b []byte) error {
	r := new(record.Message)
	if err := json.Unmarshal(b, r); err != nil {
		return err
	}
	*m = *Of(r)
	return nil
}
