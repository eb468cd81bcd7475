package wire

import (
	"bytes"
	"encoding/binary"
)

// beyondASCII looks for octets beyond ASCII where they are not allowed, and
// counts the lines that have some.
func (d *dataScan) beyondASCII() {
	body := d.may.eightBit || d.may.binary
	if body && d.may.utf8 {
		return
	}
	end := d.headerEnd()
	for at := nextBeyondASCII(d.data, 0); at >= 0; at = nextBeyondASCII(d.data, d.lineBehind(at)) {
		switch {
		case at >= end && body:
			return
		case at >= end:
			d.eightBit.add(d.base + at)
		case !d.may.utf8:
			d.header.add(d.base + at)
		}
	}
}

// lineBehind returns where the next line begins. LF alone ends one here: it is
// not to hide the faults behind it.
func (d *dataScan) lineBehind(at int) int {
	n := bytes.IndexByte(d.data[at:], '\n')
	if n < 0 {
		return len(d.data)
	}
	return at + n + 1
}

// headerEnd returns where in this part the body begins: behind the first empty
// line, if need be one of LF alone. Data without one is all header, RFC 5322
// §2.1.
func (d *dataScan) headerEnd() int {
	for at := 0; !d.inBody; {
		n := bytes.IndexByte(d.data[at:], '\n')
		if n < 0 {
			return len(d.data)
		}
		line := d.data[at : at+n]
		at += n + 1
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			d.inBody = true
			return at
		}
	}
	return 0
}

// nextBeyondASCII returns where the next octet beyond ASCII stands, -1 if there
// is none.
func nextBeyondASCII(b []byte, from int) int {
	const high = 0x8080808080808080
	at := from
	for ; at+32 <= len(b); at += 32 {
		piece := b[at : at+32 : at+32]
		all := binary.LittleEndian.Uint64(piece) | binary.LittleEndian.Uint64(piece[8:]) |
			binary.LittleEndian.Uint64(piece[16:]) | binary.LittleEndian.Uint64(piece[24:])
		if all&high != 0 {
			break
		}
	}
	for ; at < len(b); at++ {
		if b[at] >= 0x80 {
			return at
		}
	}
	return -1
}
