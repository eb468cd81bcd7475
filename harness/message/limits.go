package message

// Limits of one message. What lies beyond one is not taken apart; it stays in
// the octets of the message, and a warning says which limit it was.
const (
	MaxDepth      = 32     // parts inside parts, the message itself is the first
	MaxParts      = 1000   // of one message, besides itself
	MaxFields     = 1000   // of one header; beyond it only the fields that the view is made of
	MaxParameters = 64     // of one Content-Type or Content-Disposition, RFC 2231 pieces counted singly
	MaxBoundary   = 200    // octets; RFC 2046 §5.1.1 allows 70
	MaxWords      = 10_000 // encoded-words of one field
	MaxAddresses  = 10_000 // of one field
	MaxLinks      = 10_000 // of one message
	MaxWarnings   = 10     // parts that one ID is listed for

	maxAllFields = 10 * MaxFields // of all headers of a message
	maxStray     = 100            // lines in a row that are no field; behind them it is a body
	maxLabel     = 64             // octets of a charset's name
	maxDate      = 200            // octets of a date
	maxLine      = 998            // octets without the line end, RFC 5322 §2.1.1
	maxCodeText  = 1 << 18        // octets that are searched for a one-time code
)
