package record

import (
	"strings"
	"time"
)

// Command is one line that a client sent, with the reply to it. The message
// data is a command too, with the verb BODY and no line.
type Command struct {
	Verb string // upper case; "" for a line inside an AUTH exchange
	Arg  string // what follows the verb, without the blank between them; "" without a verb
	Line string // as sent, without its ending; secrets masked as ****

	Ending    string        // "\r\n"; "\n" if the client sent a bare LF; "" if cut off
	Masked    bool          // Line hides a secret, so Raw is nil
	Omitted   int           // octets of an overlong line that were not kept
	Size      int           // BODY: octets of message data, without stuffed and final dots
	At        time.Duration // arrival, since the session started
	Pipelined bool          // sent before the reply to the command before it
	Reply     Reply         // Code 0 while there is none, and if none was sent
	More      []Reply       // LMTP: those for the other recipients of the message, RFC 2033 §4.2
}

// NewCommand takes a line, without its ending, apart into verb and argument.
// Line and Arg share its memory.
func NewCommand(line string) Command {
	verb, arg, _ := strings.Cut(line, " ")
	if verb == "" {
		arg = ""
	}
	return Command{Verb: upperVerb(verb), Arg: arg, Line: line, Ending: "\r\n"}
}

// Raw returns the octets of the line with its ending, nil if it was masked.
func (c Command) Raw() []byte {
	if c.Masked {
		return nil
	}
	return []byte(c.Line + c.Ending)
}

// Stage returns the stage at which the command is answered: BODY for the chunk
// that ends a message, since its reply takes responsibility (RFC 3030 §2).
func (c Command) Stage() Stage {
	switch {
	case c.Verb == "BDAT" && c.lastChunk():
		return BODY
	case c.Verb == string(BODY) && !c.isBody():
		return ANY
	}
	return StageOf(c.Verb)
}

// isBody tells message data from a line that says BODY.
func (c Command) isBody() bool { return c.Verb == string(BODY) && c.Line == "" }

func (c Command) lastChunk() bool {
	words := strings.Fields(c.Arg)
	return len(words) == 2 && strings.EqualFold(words[1], "LAST")
}

// canonical holds the verbs as constants, so that naming one costs no memory.
var canonical = []string{
	"MAIL", "RCPT", "DATA", "EHLO", "QUIT", "RSET", "NOOP", "HELO", "AUTH", "STARTTLS",
	"BDAT", "LHLO", "VRFY", "EXPN", "HELP", "XCLIENT",
}

func upperVerb(s string) string {
	for _, v := range canonical {
		if strings.EqualFold(v, s) {
			return v
		}
	}
	return strings.ToUpper(s)
}
