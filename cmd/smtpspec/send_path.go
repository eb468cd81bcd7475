package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/smtpspec/smtpspec/sender"
)

// The ways through package sender.
const (
	pathDial     = "dial"     // Dial, Mail, Rcpt, Data, Quit: a command at a time
	pathSendMail = "sendmail" // SendMail: all of it
)

type path func(ctx context.Context, server string, o *sender.Options, env sender.Envelope, msg []byte) (*sender.Result, error)

var paths = map[string]path{pathDial: byDial, pathSendMail: bySendMail}

func bySendMail(ctx context.Context, server string, o *sender.Options, env sender.Envelope, msg []byte) (*sender.Result, error) {
	to := make([]string, 0, len(env.To))
	for _, r := range env.To {
		to = append(to, r.Address)
	}
	return sender.SendMail(ctx, server, o, env.From, to, msg)
}

// byDial gives each recipient its own outcome, as SendMail does.
func byDial(ctx context.Context, server string, o *sender.Options, env sender.Envelope, msg []byte) (*sender.Result, error) {
	result := &sender.Result{From: env.From}
	for _, to := range env.To {
		result.Recipients = append(result.Recipients, sender.RecipientResult{Address: to.Address})
	}
	c, err := sender.Dial(ctx, server, o)
	if err != nil {
		return result, concluded(result, err)
	}
	err = transact(ctx, c, result, env, msg)
	if last := c.Result(); last != nil {
		result.Mail, result.Data, result.Final = last.Mail, last.Data, last.Final
	}
	result.Quit = c.Quit(ctx)
	return result, concluded(result, err)
}

// transact gives envelope and message. Its error is what failed for all
// recipients that have none of their own.
func transact(ctx context.Context, c *sender.Client, result *sender.Result, env sender.Envelope, msg []byte) error {
	if err := c.Mail(ctx, env.From, mailOptions(c, msg)); err != nil {
		return err
	}
	var accepted []int
	for i, to := range env.To {
		rcpt := &result.Recipients[i]
		if rcpt.Err = c.Rcpt(ctx, to.Address, &to.Options); rcpt.Err == nil {
			accepted = append(accepted, i)
		} else if c.Err() != nil {
			return rcpt.Err
		}
	}
	if len(accepted) == 0 {
		return nil
	}
	err := carry(ctx, c, msg)
	adopt(result, c.Result(), accepted)
	return err
}

func carry(ctx context.Context, c *sender.Client, msg []byte) error {
	w, err := c.Data(ctx)
	if err != nil {
		return err
	}
	if _, err := w.Write(msg); err != nil {
		return err
	}
	var each *sender.SendError
	if err := w.Close(); !errors.As(err, &each) {
		return err
	}
	return nil
}

// adopt takes over what became of the accepted recipients.
func adopt(result, last *sender.Result, accepted []int) {
	at := 0
	for _, r := range last.Recipients {
		if at < len(accepted) && r.Reply.OK() {
			result.Recipients[accepted[at]] = r
			at++
		}
	}
}

// mailOptions are the parameters of MAIL that the message asks for.
func mailOptions(c *sender.Client, msg []byte) *sender.MailOptions {
	head, _, _ := bytes.Cut(bytes.ReplaceAll(msg, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	o := &sender.MailOptions{Size: int64(len(msg)), UTF8: eightBit(head)}
	if eightBit(msg) && c.Extensions().Has("8BITMIME") {
		o.Body = sender.EightBit
	}
	return o
}

func eightBit(b []byte) bool {
	return bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7f })
}

// concluded is the error of the whole: nil if everybody got the message.
func concluded(result *sender.Result, err error) error {
	failed := false
	for i := range result.Recipients {
		r := &result.Recipients[i]
		if r.Err == nil && !r.Delivered {
			r.Err = err
		}
		failed = failed || !r.Delivered
	}
	if !failed {
		return nil
	}
	return &sender.SendError{Result: result, Err: err}
}
