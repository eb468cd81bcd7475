package store

import (
	"bufio"
	"bytes"
	"io"
)

// Bounds of what is looked at of a large message. Between two lines that may be
// delimiters of its parts the beginning says what there is to find: the digest
// has no more than maxDigestText of all texts.
const (
	maxGist      = 16 << 20
	maxStretch   = 2 << 20  // between two such lines
	leastStretch = 64 << 10 // however much there was before
)

// gist returns the lines of a message without the ends of long stretches in
// which no line begins with "--", as those between its parts do, RFC 2046
// §5.1.1. All parts are there, with their headers and the beginnings of their
// bodies, and no more is in memory than maxGist.
func gist(r io.Reader) []byte {
	in := bufio.NewReaderSize(r, leastStretch)
	kept := make([]byte, 0, maxStretch+leastStretch)
	room, starts := maxStretch, true
	for len(kept) < maxGist {
		line, err := in.ReadSlice('\n')
		if starts && bytes.HasPrefix(line, []byte("--")) {
			room = max(leastStretch, min(maxStretch, (maxWhole-len(kept))/2))
			if len(kept) > 0 && kept[len(kept)-1] != '\n' {
				kept = append(kept, "\r\n"...)
			}
		}
		if room -= len(line); room >= 0 {
			kept = append(kept, line...)
		} else {
			room = 0
		}
		if starts = err == nil; err != nil && err != bufio.ErrBufferFull {
			break
		}
	}
	return kept
}
