// Package message is the parsed view of a message: its header in order, decoded
// words, the MIME tree, text, HTML, attachments, links and one-time codes.
//
// It never fails. A test tool has to show the broken mail and say what is
// broken, so every repair is in Warnings under a stable ID, and what cannot be
// repaired is kept whole. All strings that it gives out are valid UTF-8.
//
// Whoever sends the mail may be hostile. Time and memory grow with the length
// of a message and with nothing else: one pass takes it apart, and what it
// counts on the way (depth, parts, fields, parameters, addresses, words) has a
// limit each. A limit that was reached is a warning too.
//
// The formats are those of RFC 5322 (messages), RFC 2045 to 2047 (MIME), RFC
// 2231 (parameters), RFC 2183 (Content-Disposition) and RFC 6532 (UTF-8 in
// headers).
package message
