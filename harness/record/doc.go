// Package record holds the words of the field: what a session, a command, a
// reply, an envelope and a message are, once they have happened.
//
// It is the ground of smtpspec. The wire fills a record, everything else reads
// it: a test's assertion, a verdict about a client, a page in a browser. The
// package needs the standard library only and opens no socket, so a reporter
// that was written elsewhere can import it alone.
//
// The terms are those of RFC 5321: reverse-path, envelope, transaction, reply,
// session. Values are what was on the wire, never what should have been.
package record
