package mutant

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// octets returns message i: the raw one, or what sender composes. Its error is
// that of a field which cannot be read or written.
func octets(job *Job, i int) ([]byte, error) {
	draft := &job.Messages[i]
	if !draft.Composed() {
		return draft.Raw, nil
	}
	m, err := compose(job, i)
	if err != nil {
		return nil, err
	}
	return m.Bytes()
}

func compose(job *Job, i int) (*sender.Message, error) {
	draft := &job.Messages[i]
	m := &sender.Message{Subject: draft.Subject, Text: draft.Text, HTML: draft.HTML}
	lists := []struct {
		text string
		to   *[]mail.Address
	}{{draft.FromHeader, &m.From}, {draft.To, &m.To}, {draft.Cc, &m.Cc}, {draft.Bcc, &m.Bcc}}
	for _, l := range lists {
		var err error
		if *l.to, err = mailboxes(l.text); err != nil {
			return nil, err
		}
	}
	if draft.FromHeader == "" {
		m.From = []mail.Address{{Address: author(job)}}
	}
	if draft.To == "" {
		m.To = visible(job.Recipients(i), m.Cc, m.Bcc)
	}
	m.AllowUTF8 = slices.ContainsFunc(slices.Concat(m.From, m.To, m.Cc), local8bit)
	for _, a := range draft.Attachments {
		m.Attachments = append(m.Attachments, sender.Attachment{Name: a.Name, ContentType: a.Type, Content: a.Data})
	}
	return m, further(m, draft)
}

// further takes over the further fields; two of them have a place of their own
// in a Message.
func further(m *sender.Message, draft *record.Draft) error {
	for _, h := range draft.Headers {
		name := strings.ToLower(h[0])
		switch name {
		case "from", "to", "cc", "bcc", "mime-version", "return-path", "received", "content-type", "content-transfer-encoding":
			return fmt.Errorf("field %s of one's own: %w", h[0], ErrUnsupported)
		case "sender", "reply-to":
			list, err := mailboxes(h[1])
			if err != nil {
				return err
			}
			if name == "sender" && len(list) == 1 {
				m.Sender = &list[0]
			} else {
				m.ReplyTo = list
			}
		default:
			m.Header = append(m.Header, sender.Field{Name: h[0], Value: h[1]})
		}
	}
	return nil
}

// author is the From of a message whose job names none: a null reverse-path is
// no mailbox.
func author(job *Job) string {
	if job.From != "" {
		return job.From
	}
	return "mailer-daemon@localhost"
}

// mailboxes reads a list; "" is the empty one.
func mailboxes(text string) ([]mail.Address, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	list, err := mail.ParseAddressList(text)
	if err != nil {
		return nil, fmt.Errorf("mailboxes %q: %w", text, err)
	}
	boxes := make([]mail.Address, len(list))
	for i, a := range list {
		boxes[i] = *a
	}
	return boxes, nil
}

// visible returns the recipients that no other list names: one of Bcc would be
// disclosed in To.
func visible(rcpts []string, named ...[]mail.Address) []mail.Address {
	var to []mail.Address
	for _, r := range rcpts {
		is := func(a mail.Address) bool { return a.Address == r }
		if !slices.ContainsFunc(slices.Concat(named...), is) {
			to = append(to, mail.Address{Address: r})
		}
	}
	return to
}

// local8bit says that only SMTPUTF8 can carry the address.
func local8bit(a mail.Address) bool {
	at := strings.LastIndex(a.Address, "@")
	return strings.ContainsFunc(a.Address[:max(at, 0)], func(r rune) bool { return r >= 0x80 })
}
