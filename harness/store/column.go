package store

import (
	"net/mail"
	"strings"
)

// Column is one of the texts of a message that searches look at.
type Column int

// The columns. Their order is that of Columns, and stores may keep them by
// their numbers: new ones come last.
const (
	ColumnSubject Column = iota
	ColumnFrom
	ColumnTo
	ColumnCc
	ColumnBcc
	ColumnReplyTo
	ColumnMessageID
	ColumnFields // names and values of all header fields
	ColumnText
	ColumnFiles        // names of attachments and embedded parts
	ColumnEnvelopeFrom // the reverse-path
	ColumnEnvelopeTo   // the accepted recipients
	ColumnRefused      // the other ones
	ColumnHello
	ColumnSession // address, user, mechanism, TLS
	columns
)

// Columns returns all columns.
func Columns() []Column {
	all := make([]Column, columns)
	for i := range all {
		all[i] = Column(i)
	}
	return all
}

// Words returns the words of a column, which are what searches see of it.
func (e *Entry) Words(c Column) []string { return Words(e.text(c)) }

// WordText returns the words of a column with a blank between them.
func (e *Entry) WordText(c Column) string { return WordText(e.text(c)) }

func (e *Entry) text(c Column) string {
	d := e.Digest
	switch c {
	case ColumnSubject:
		return d.Subject
	case ColumnFrom:
		return textOf(d.From)
	case ColumnTo:
		return textOf(d.To)
	case ColumnCc:
		return textOf(d.Cc)
	case ColumnBcc:
		return textOf(d.Bcc)
	case ColumnReplyTo:
		return textOf(d.ReplyTo)
	case ColumnMessageID:
		return d.MessageID
	case ColumnFields:
		return d.fieldsText()
	case ColumnText:
		return d.Text
	case ColumnFiles:
		return strings.Join(d.Files, "\n") + "\n" + strings.Join(d.Embedded, "\n")
	}
	return e.Mail.text(c)
}

func (m *Mail) text(c Column) string {
	switch c {
	case ColumnEnvelopeFrom:
		return m.Envelope.From
	case ColumnEnvelopeTo, ColumnRefused:
		return m.recipients(c == ColumnEnvelopeTo)
	case ColumnHello:
		return m.Facts.Hello
	case ColumnSession:
		return strings.Join([]string{m.Facts.Remote, m.Facts.Auth, m.Facts.Mechanism, m.Facts.TLS}, "\n")
	}
	return ""
}

func (m *Mail) recipients(accepted bool) string {
	var b strings.Builder
	for _, r := range m.Envelope.Recipients {
		if r.Accepted() == accepted {
			b.WriteString(r.Address + "\n")
		}
	}
	return b.String()
}

func (d *Digest) fieldsText() string {
	var b strings.Builder
	for _, f := range d.Fields {
		b.WriteString(f.Name + "\n" + f.Value + "\n")
	}
	return b.String()
}

func textOf(list []mail.Address) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.Name + "\n" + a.Address + "\n")
	}
	return b.String()
}
