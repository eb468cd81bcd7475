package paths_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

// The order that every path delivers, with Mongolian text wherever a person
// writes: display names, subject, body and file name.
const (
	shopName = "Номын дэлгүүр"
	shop     = "shop@example.mn"
	batName  = "Бат-Эрдэнэ"
	bat      = "bat@example.com"
	sarnai   = "sarnai@example.com"
	subject  = "Захиалга 42 баталгаажлаа"
	text     = "Сайн байна уу, Бат-Эрдэнэ.\r\nТаны захиалга баталгаажлаа. Баярлалаа!\r\n.\r\n..энэ мөр хоёр цэгээр эхэлнэ\r\n"
	fileName = "Нэхэмжлэх 42.pdf"
	file     = "%PDF-1.7 нэхэмжлэх"
)

// composed is the order as package sender composes it.
func composed() *sender.Message {
	return &sender.Message{
		From:        []mail.Address{{Name: shopName, Address: shop}},
		To:          []mail.Address{{Name: batName, Address: bat}},
		Bcc:         []mail.Address{{Address: sarnai}},
		Subject:     subject,
		Date:        time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
		Text:        text,
		Attachments: []sender.Attachment{{Name: fileName, ContentType: "application/pdf", Content: []byte(file)}},
	}
}

// written is the order as a program writes it that has nothing but net/smtp.
func written() []byte {
	var b bytes.Buffer
	address := func(name, addr string) string { return (&mail.Address{Name: name, Address: addr}).String() }
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\n", address(shopName, shop), address(batName, bat), mime.BEncoding.Encode("utf-8", subject))
	fmt.Fprintf(&b, "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=order\r\n\r\n")
	fmt.Fprintf(&b, "--order\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", text)
	fmt.Fprintf(&b, "--order\r\nContent-Type: application/pdf\r\nContent-Disposition: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--order--\r\n",
		mime.FormatMediaType("attachment", map[string]string{"filename": fileName}), base64.StdEncoding.EncodeToString([]byte(file)))
	return b.Bytes()
}

// beTheOrder matches the order, whoever composed it.
func beTheOrder() []types.GomegaMatcher {
	return []types.GomegaMatcher{
		HaveEnvelopeFrom(shop), BeSentTo(bat, sarnai), HaveBcc(sarnai),
		BeFrom(shop), BeAddressedTo(bat), HaveHeader("From", ContainName(shopName)), HaveHeader("To", ContainName(batName)),
		HaveSubject(subject), HaveText(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))), HaveAttachment(fileName, HaveBody(file)), BeWellFormed(),
	}
}
