package api

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// cursorKind tells the two directions apart: a list goes back from a place in
// the store's order, a wait or a stream goes on from it.
type cursorKind byte

const (
	inList  cursorKind = 'l' // "next" of a list
	inOrder cursorKind = 'o' // "cursor" of any answer, and the id of an event
)

const cursorLength = 1 + 8 + 2 // the kind, the place, a sum against misspelling

func newCursor(kind cursorKind, seq int64) string {
	b := binary.BigEndian.AppendUint64([]byte{byte(kind)}, uint64(seq))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint16(b, uint16(crc32.ChecksumIEEE(b))))
}

func parseCursor(kind cursorKind, text string) (seq int64, err error) {
	unreadable := problem.New(http.StatusBadRequest, "not a cursor; take one from an answer as it stands")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != cursorLength {
		return 0, unreadable
	}
	seq = int64(binary.BigEndian.Uint64(b[1:]))
	if seq < 0 || newCursor(cursorKind(b[0]), seq) != text {
		return 0, unreadable
	}
	switch {
	case cursorKind(b[0]) == kind:
		return seq, nil
	case kind == inList:
		return 0, problem.New(http.StatusBadRequest, `that is a cursor for waits and events; lists go on from "next"`)
	}
	return 0, problem.New(http.StatusBadRequest, `that is the "next" of a list; waits and events go on from "cursor"`)
}
