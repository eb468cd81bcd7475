package sender_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/mail"

	"github.com/smtpspec/smtpspec/sender"
)

// The whole way in one call: compose, send, and look at each recipient.
func ExampleSendMail() {
	m := &sender.Message{
		From:    []mail.Address{{Name: "Бат", Address: "sender@example.org"}},
		To:      []mail.Address{{Address: "recipient@example.net"}},
		Subject: "Сайн байна уу",
		Text:    "Э-мэйлийн бие хэсэг энд байна.",
	}
	msg, err := m.Bytes()
	if err != nil {
		log.Fatal(err)
	}
	opts := &sender.Options{
		Security: sender.STARTTLS,
		Auth:     &sender.Auth{Username: "user@example.com", Password: "password"},
	}
	to := []string{"recipient@example.net"}
	result, err := sender.SendMail(context.Background(), "mail.example.com:587", opts, "sender@example.org", to, msg)
	var failed *sender.SendError
	if errors.As(err, &failed) && failed.Temporary() {
		log.Fatal("try again later: ", err)
	}
	for _, rcpt := range result.Recipients {
		fmt.Println(rcpt.Address, rcpt.Delivered, rcpt.Err)
	}
}

// A step at a time, with the error of each.
func ExampleDial() {
	ctx := context.Background()
	c, err := sender.Dial(ctx, "mail.example.com:25", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Mail(ctx, "sender@example.org", nil); err != nil {
		log.Fatal(err)
	}
	if err := c.Rcpt(ctx, "recipient@example.net", nil); err != nil {
		log.Fatal(err)
	}
	w, err := c.Data(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := w.Write([]byte("Subject: hi\r\n\r\nhello\r\n")); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := c.Quit(ctx); err != nil {
		log.Print("the message is accepted all the same: ", err)
	}
}
