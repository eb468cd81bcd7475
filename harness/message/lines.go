package message

import "bytes"

// judgeLines warns about line ends and octets that RFC 5322 §2 does not allow
// in a message.
func judgeLines(raw []byte, at here) {
	if len(raw) == 0 {
		at.warn(Empty, "the message has no octets")
		return
	}
	var crlf, lf, long int
	for pos := 0; pos < len(raw); {
		n := bytes.IndexByte(raw[pos:], '\n')
		switch {
		case n < 0:
			n = len(raw) - pos
		case n > 0 && raw[pos+n-1] == '\r':
			crlf++
		default:
			lf++
		}
		if n > maxLine+1 {
			long = max(long, n)
		}
		pos += n + 1
	}
	if cr := bytes.Count(raw, []byte("\r")) - crlf; cr > 0 {
		at.warn(BareCR, "%s without LF", count(cr, "CR"))
	}
	if lf > 0 {
		at.warn(BareLF, "%s without CR", count(lf, "LF"))
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		at.warn(NUL, "an octet of value zero")
	}
	if long > 0 {
		at.warn(LongLine, "a line of more than %d octets, about %d", maxLine, long)
	}
}
