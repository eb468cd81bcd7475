package lint_test

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// What package sender composes keeps all rules, those of level SHOULD too.
func TestSenderKeepsTheRules(t *testing.T) {
	m := &sender.Message{
		From: []mail.Address{{Name: "Дорж, Б.", Address: "dorj@example.mn"}},
		To:   []mail.Address{{Name: "Бат (x) <y>", Address: "bat@example.com"}, {Name: "Joe Q. Public", Address: "joe@example.org"}},
		Bcc:  []mail.Address{{Address: "naran@example.com"}},

		Subject: "Таны захиалга баталгаажлаа: дугаар 42, маш урт гарчигтай захидал ирлээ, баярлалаа",
		Text:    strings.Repeat("Сайн байна уу? ", 20) + "\n.\nab \n",
		HTML:    "<p>Сайн</p>",
		Attachments: []sender.Attachment{{
			Name: "Нэхэмжлэх, маш урт нэртэй тайлан 2026 оны.pdf", ContentType: "application/pdf", Content: bytes.Repeat([]byte{1, 2, 3}, 100),
		}},
	}
	raw, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	r := &record.Message{ID: 1, Session: 1}
	r.Envelope.From = "dorj@example.mn"
	for _, to := range []string{"bat@example.com", "joe@example.org", "naran@example.com"} {
		r.Envelope.Recipients = append(r.Envelope.Recipients, record.Recipient{Address: to, Reply: record.NewReply(250)})
	}
	r.SetRaw(raw)
	if found := lint.Message(r); len(found) > 0 {
		t.Errorf("%s", listing(found))
	}
}
