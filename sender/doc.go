// Package sender is an SMTP client: it opens a session, carries messages over
// it, and says truly what became of each of them.
//
// There are four ways in, from the lowest to the highest:
//
//   - [Dial] opens a session: connection, greeting, EHLO, TLS and AUTH.
//   - [Client.Mail] and [Client.Rcpt] give the envelope, a command at a time.
//   - [Client.Data] carries the message; its Close returns the final reply.
//   - [SendMail] does all of it and ends with QUIT.
//
// Between them stands [Client.Send], one transaction over an open session with
// pipelining where the server offers it, and [Mailer], which keeps a session
// for many messages. [Message] composes a MIME message, and gives its envelope.
//
// # Outcomes
//
// A step that fails returns an [*Error]: the step, the server, the recipient,
// the reply, the cause. Send and SendMail return a [*Result] that is never nil
// and says for each recipient whether the message was taken for it; when that
// is not so for all of them, the error is a [*SendError]. Both have Temporary,
// Timeout and SMTP methods, and errors.As finds a [*net/textproto.Error] in
// them. A message is delivered when the server's final reply says so, and what
// happens to QUIT afterwards does not change it (RFC 5321 §4.2.5).
//
// # What comes from net/smtp, and what does not
//
// The shape is that of net/smtp, which many programs and tutorials know: Dial,
// Mail, Rcpt, Data, Quit, SendMail. That package is frozen, so later needs are
// met here by a package of its own. What sender does:
//
//   - Each step takes a context and has its own deadline, by default the one of
//     RFC 5321 §4.5.3.2. Cancelling the context interrupts blocked I/O at once.
//   - Any 2yz reply to MAIL, RCPT and the end of the message is success, as
//     RFC 5321 §4.3.2 asks; the reply itself is kept for the caller.
//   - Replies are bounded in line length, lines and octets, and a reply that is
//     not one ends the session at once.
//   - TLS is opportunistic, required or implicit by choice. Plaintext behind the
//     reply to STARTTLS ends the session, and what was learnt before TLS is
//     forgotten.
//   - AUTH takes the strongest mechanism that the server offers. A password or
//     token leaves only inside TLS, to whatever host, unless told otherwise.
//   - Extensions are used when offered and needed: BODY, SMTPUTF8 and the
//     DSN parameters never appear on their own.
//   - Message content is made fit to send: every line end becomes CRLF, dots
//     are stuffed, and what SMTP cannot carry is refused before MAIL is sent.
//
// A Client serves one goroutine at a time.
package sender
