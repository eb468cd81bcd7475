// Package lint has the rules that mail itself can be held against: pure judges
// over a recorded session and over a message, each with its place in the RFCs.
//
// A finding is a claim about somebody's software, so a judge looks at octets and
// reports only what it can show in them. What depends on something that is not
// there (the clock, what the client was told, what lies beyond a limit of package
// message) makes no finding. A message within a message is somebody else's: its
// header and its parts are not judged.
//
// A message without an envelope is judged as RFC 5322 has it. SMTPUTF8 among the
// parameters of its envelope allows UTF-8 in its header, RFC 6532, and
// BODY=BINARYMIME any octets in its body, RFC 3030.
//
// Whoever sent the mail may be hostile. Time grows with the length of a message
// and with the number of commands and of nothing else, and each rule lists
// MaxSightings places of one message or session; More counts the others.
package lint
