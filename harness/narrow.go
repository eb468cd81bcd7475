package harness

// Narrow lets the network hold as little as it can between a client and the
// server, so that a client cannot send a long message ahead of a server that
// reads slowly, or not at all. It has no effect where the system cannot do that.
func Narrow() Option { return optionFunc(func(o *options) { o.narrow = true }) }

// narrowBuffer is the server's room for octets that nobody has read, in either
// direction, and narrowSegment the longest segment: from the two, a client's
// system chooses how much it takes ahead.
const (
	narrowBuffer  = 4 << 10
	narrowSegment = 536 // the least that any host takes, RFC 9293 §3.7.1
)
