package sender

import (
	"net/mail"
	"strings"
	"time"
)

// lineLimit is the length at which header lines are folded (RFC 5322 §2.1.1);
// lines with encoded-words must stay within 76 (RFC 2047 §2).
const lineLimit = 76

// header writes the fields of the message but those of MIME.
func (w *composer) header() error {
	m := w.m
	if len(m.From) == 0 {
		return problem(ErrMessage, "no From")
	}
	own, err := w.extra()
	if err != nil {
		return err
	}
	if err := w.origin(own); err != nil {
		return err
	}
	lists := []struct {
		name string
		list []mail.Address
	}{{"From", m.From}, {"Sender", w.senderField()}, {"Reply-To", m.ReplyTo}, {"To", m.To}, {"Cc", m.Cc}}
	for _, l := range lists {
		if err := w.addresses(l.name, l.list); err != nil {
			return err
		}
	}
	if !own["subject"] {
		if err := checkText("Subject", m.Subject); err != nil {
			return err
		}
		w.text("Subject", m.Subject, true)
	}
	for _, f := range m.Header {
		w.text(f.Name, f.Value, false)
	}
	return nil
}

// senderField: Sender is written when it says more than From.
func (w *composer) senderField() []mail.Address {
	m := w.m
	if len(m.From) == 1 && (m.Sender == nil || m.Sender.Address == m.From[0].Address) {
		return nil
	}
	return []mail.Address{*m.sender()}
}

// origin writes Date and Message-ID.
func (w *composer) origin(own map[string]bool) error {
	m := w.m
	if !own["date"] {
		date := m.Date
		if date.IsZero() {
			date = time.Now()
		}
		w.raw("Date: " + date.Format(time.RFC1123Z))
	}
	if own["message-id"] {
		return nil
	}
	id := m.MessageID
	if id == "" {
		token, err := w.token(15)
		if err != nil {
			return err
		}
		from, err := w.mailbox(m.From[0].Address)
		if err != nil {
			return err
		}
		id = "<" + token + "@" + idRight(from.domain) + ">"
	}
	if !isMessageID(id) {
		return problem(ErrMessage, "Message-ID "+quoted(id))
	}
	w.raw("Message-ID: " + id)
	return nil
}

// idRight is the right side of a Message-ID.
func idRight(domain string) string {
	if domain == "" {
		return "localhost"
	}
	return domain
}

// isMessageID is msg-id of RFC 5322 §3.6.4, the forms that are not obsolete.
func isMessageID(id string) bool {
	if len(id) < 5 || len(id) > 900 || id[0] != '<' || id[len(id)-1] != '>' {
		return false
	}
	left, right, ok := strings.Cut(id[1:len(id)-1], "@")
	literal := strings.HasPrefix(right, "[") && strings.HasSuffix(right, "]") && !strings.ContainsAny(right[1:len(right)-1], "[]\\ <>")
	return ok && ascii(id) && !hasControl(id) && isDotString(left) && (isDotString(right) || literal)
}

// reserved are the fields that Message has a place of its own for, or that are
// not an author's to write.
var reserved = map[string]bool{
	"from": true, "sender": true, "to": true, "cc": true, "bcc": true, "reply-to": true,
	"mime-version": true, "return-path": true, "received": true,
}

// extra checks the further fields and says which of those that may come once
// are among them.
func (w *composer) extra() (own map[string]bool, err error) {
	own = map[string]bool{}
	for _, f := range w.m.Header {
		name := strings.ToLower(f.Name)
		switch {
		case !isFieldName(f.Name):
			return nil, problem(ErrMessage, "field name "+quoted(f.Name))
		case reserved[name] || strings.HasPrefix(name, "content-"):
			return nil, problem(ErrMessage, "field "+f.Name+" among the further fields")
		}
		if err := checkText(f.Name, f.Value); err != nil {
			return nil, err
		}
		if single := name == "subject" || name == "date" || name == "message-id"; single {
			if own[name] {
				return nil, problem(ErrMessage, "field "+f.Name+" twice")
			}
			own[name] = true
		}
		if err := checkOrigin(name, f.Value); err != nil {
			return nil, err
		}
		if longestWord(f.Value) > maxLine-len(f.Name)-2 && ascii(f.Value) {
			return nil, problem(ErrMessage, "field "+f.Name+" cannot be folded")
		}
	}
	return own, nil
}

func checkOrigin(name, value string) error {
	if name == "message-id" && !isMessageID(strings.TrimSpace(value)) {
		return problem(ErrMessage, "Message-ID "+quoted(value))
	}
	if name == "date" {
		if _, err := mail.ParseDate(value); err != nil {
			return problem(ErrMessage, "Date "+quoted(value))
		}
	}
	return nil
}

func isFieldName(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' || s[i] == ':' {
			return false
		}
	}
	return s != "" && len(s) <= 60
}

func longestWord(s string) int {
	longest := 0
	for _, word := range strings.Fields(s) {
		longest = max(longest, len(word))
	}
	return longest
}

// mailbox checks an address for a header.
func (w *composer) mailbox(addr string) (mailbox, error) {
	m, err := parseMailbox(envelopeForm(mail.Address{Address: addr}))
	if err != nil {
		return m, err
	}
	if m.needsUTF8() && !w.m.AllowUTF8 {
		return m, problem(ErrAddress, quoted(addr)+" needs SMTPUTF8")
	}
	return m, nil
}

// addresses writes a list of mailboxes, folded between them (RFC 5322 §3.4).
func (w *composer) addresses(name string, list []mail.Address) error {
	if len(list) == 0 {
		return nil
	}
	f := folder{b: w.b, column: len(name) + 1}
	f.b.WriteString(name + ":")
	for i, a := range list {
		m, err := w.mailbox(a.Address)
		if err != nil {
			return err
		}
		if err := checkText("name", a.Name); err != nil {
			return err
		}
		end := ""
		if i < len(list)-1 {
			end = ","
		}
		if a.Name == "" {
			f.word(m.String() + end)
			continue
		}
		f.phrase(a.Name, w.m.AllowUTF8)
		f.word("<" + m.String() + ">" + end)
	}
	f.b.WriteString("\r\n")
	return nil
}

// text writes an unstructured field. A value of plain words is folded between
// them; encode lets one that cannot be, become encoded-words.
func (w *composer) text(name, value string, encode bool) {
	f := folder{b: w.b, column: len(name) + 1}
	f.b.WriteString(name + ":")
	switch {
	case value == "":
		f.b.WriteString(" ")
	case !ascii(value) && !w.m.AllowUTF8, encode && needsEncoding(value):
		f.encoded(value)
	default:
		f.words(value)
	}
	f.b.WriteString("\r\n")
}

// needsEncoding says that plain words would not come back as they are.
func needsEncoding(s string) bool {
	return strings.Contains(s, "=?") || strings.TrimSpace(s) != s ||
		strings.Contains(s, "  ") || strings.Contains(s, "\t") || longestWord(s) > lineLimit-20
}

func (w *composer) raw(line string) {
	w.b.WriteString(line)
	w.b.WriteString("\r\n")
}
