// Package wire owns the socket of an SMTP session: it reads lines and message
// data, records them, encrypts, offers service extensions, applies rules, and
// writes replies.
//
// Behind it a Dialogue runs the base commands. It gets a net.Conn whose Read
// and Write run on its own goroutine, so that a connection costs one goroutine
// and no lock on the path of an octet. The dialogue decides the sequence of
// commands, most of the replies, and the mechanisms of AUTH. It is fed fixed
// lines and never sees an address, an EHLO name or message data.
//
// # Where this front is stricter than the dialogue behind it
//
//   - MAIL needs EHLO or HELO before it, and no open transaction (RFC 5321
//     §4.1.4).
//   - MAIL and RCPT follow the grammar of §4.1.2: keyword, brackets, local part
//     of at most 64 octets and domain of at most 255, quoted strings, address
//     literals. One blank behind the colon is let through and noted.
//   - A parameter needs an extension that EHLO offered, else 555. SIZE, BODY
//     and SMTPUTF8 are checked.
//   - DATA, RSET and QUIT take no argument; EHLO and HELO need one.
//   - Control octets and octets beyond ASCII are refused outside of addresses.
//   - A command line ends at 4,096 octets, a line inside AUTH at 12,288.
//   - Only CRLF.CRLF ends message data.
//   - A verb that is not offered is refused, XCLIENT and STARTTLS too.
//   - Without PIPELINING in EHLO's reply, a command that comes before the reply
//     to the one before is refused.
//   - An HTTP request, and TLS on a plain port, end the session.
//   - A failed handshake ends it, and so do 100 errors or 10,000 commands.
//   - A second AUTH, and one without an offered mechanism, are refused here.
//
// # Where it accepts more
//
//   - The parameters BODY, SMTPUTF8 and AUTH of MAIL.
//   - Mailboxes in quoted strings, and in UTF-8 behind SMTPUTF8.
//   - <postmaster> without a domain (§4.1.1.3), and source routes, which are
//     dropped (appendix C).
//   - Any number of octets in message data lines.
package wire
