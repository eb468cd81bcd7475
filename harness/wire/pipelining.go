package wire

// PIPELINING, RFC 2920: commands may come before the replies to those before
// them. Replies are written when no complete line is left to read, so that a
// group of commands gets one segment of replies.
var pipelining = extension{keyword: "PIPELINING", line: plain("PIPELINING")}
