package main

import (
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/sender"
)

// message returns what is sent, and to whom.
func (s *send) message(a *App, args []string) (sender.Envelope, []byte, error) {
	m := &sender.Message{To: s.to, Cc: s.cc, Bcc: s.bcc}
	m.From = append(m.From, s.from)
	env := m.Envelope()
	if s.null {
		env.From = ""
	}
	if len(args) > 0 {
		msg, err := a.readMessage(args[0])
		return env, msg, err
	}
	if err := s.content(m); err != nil {
		return env, nil, err
	}
	msg, err := m.Bytes()
	if err != nil {
		return env, nil, &settings.Fault{Text: err.Error(), Try: "smtpspec send --help"}
	}
	return env, msg, nil
}

func (a *App) readMessage(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.Stdin)
	}
	msg, err := os.ReadFile(name)
	if err != nil {
		return nil, &settings.Fault{Text: "the message cannot be read: " + err.Error(), Try: "smtpspec send --to bat@example.mn message.eml"}
	}
	return msg, nil
}

// content fills in what the message says.
func (s *send) content(m *sender.Message) error {
	m.Subject, m.Text, m.HTML, m.Header = s.subject, s.text, s.html, s.header
	if m.Text == "" && m.HTML == "" && s.attach == nil {
		m.Text = "This is a test message of smtpspec.\n"
		if m.Subject == "" {
			m.Subject = "smtpspec test"
		}
	}
	m.AllowUTF8 = s.needsUTF8()
	for _, name := range s.attach {
		file, err := attachment(name)
		if err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, file)
	}
	return nil
}

// needsUTF8 says that an address has a local part that only SMTPUTF8 carries,
// RFC 6531 §3.2: then the header may have it as it is.
func (s *send) needsUTF8() bool {
	all := append([]mail.Address{s.from}, slices.Concat(s.to, s.cc, s.bcc)...)
	return slices.ContainsFunc(all, func(a mail.Address) bool {
		local, _, _ := strings.Cut(a.Address, "@")
		return strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII })
	})
}

func attachment(name string) (sender.Attachment, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return sender.Attachment{}, &settings.Fault{Text: fmt.Sprintf("--attach: %v", err), Try: "smtpspec send --attach FILE"}
	}
	return sender.Attachment{
		Name:        filepath.Base(name),
		ContentType: mime.TypeByExtension(filepath.Ext(name)),
		Content:     content,
	}, nil
}
