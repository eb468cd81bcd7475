package harness

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// The processes that share a server talk in lines of JSON. A guest asks, with a
// number; the host answers with the same number, each request once, in the
// order in which the answers are ready. The first request shows the key. The
// connection is the life of one scope. What is no request ends it.
const (
	opHello      = "hello"      // key, process: begins the scope
	opMessages   = "messages"   // after: a page of its messages
	opSessions   = "sessions"   // after: a page of its sessions
	opViolations = "violations" //
	opAwait      = "await"      // goal: answered when it is reached, or cannot be
	opCancel     = "cancel"     // of: that await is answered at once; has no answer itself
	opAddRule    = "add-rule"   // rule: gets a handle
	opRemoveRule = "remove-rule"
	opHits       = "hits" // of: a rule
	opEnd        = "end"  // takes the rules away and tells the complaints
)

var ops = map[string]bool{opHello: true, opMessages: true, opSessions: true, opViolations: true, opAwait: true,
	opCancel: true, opAddRule: true, opRemoveRule: true, opHits: true, opEnd: true}

type request struct {
	ID      int             `json:"id"` // from 1, another one for each request
	Op      string          `json:"op"`
	Key     string          `json:"key,omitempty"`
	Process int             `json:"process,omitempty"`
	After   int             `json:"after,omitempty"` // the ID of the last one known
	Goal    goal            `json:"goal,omitzero"`
	Rule    json.RawMessage `json:"rule,omitempty"`
	Of      int             `json:"of,omitempty"` // a handle, or the number of an await
}

type answer struct {
	ID         int               `json:"id"`
	Error      string            `json:"error,omitempty"`
	Welcome    *welcome          `json:"welcome,omitempty"`
	Items      []json.RawMessage `json:"items,omitempty"` // of a page
	More       bool              `json:"more,omitempty"`  // there is another page behind it
	IDs        []int             `json:"ids,omitempty"`   // of all messages that are kept
	Violations []Violation       `json:"violations,omitempty"`
	Complaints []string          `json:"complaints,omitempty"`
	Handle     int               `json:"handle,omitempty"`
	Hits       int               `json:"hits,omitempty"`
}

// welcome is the answer to hello.
type welcome struct {
	Tag     string `json:"tag"`
	Place   place  `json:"place"`
	Longest int    `json:"longest"` // octets of an answer's line
}

// sharedSession is a session on its way, with the IDs of its messages, which
// travel once and by themselves.
type sharedSession struct {
	Session  *Session `json:"session"` // without its messages
	Messages []int    `json:"messages,omitempty"`
}

const (
	maxHello   = 1 << 10 // octets of the first line, from whom nobody knows yet
	maxRequest = 1 << 20 // octets of a later line
	pageSize   = 1 << 20 // octets of items in an answer; one item may be longer

	// maxEscaped is how much longer than itself an octet gets in JSON.
	maxEscaped = 6
	// maxFacts is the room for all of a session or a message but its data.
	maxFacts = 256 << 20
)

// longestAnswer bounds the line of one message in a server that takes messages
// of so many octets.
func longestAnswer(message int) int {
	return maxEscaped*min(message, (math.MaxInt-maxFacts)/maxEscaped) + maxFacts
}

var errLongLine = errors.New("the line is too long")

// readLine returns the next line without its ending. It keeps no more than
// limit octets of it.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		if len(line)+len(piece) > limit {
			return nil, errLongLine
		}
		line = append(line, piece...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

func readRequest(r *bufio.Reader, limit int) (request, error) {
	line, err := readLine(r, limit)
	if err != nil {
		return request{}, err
	}
	return parseRequest(line)
}

func parseRequest(line []byte) (request, error) {
	var q request
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return request{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return request{}, errors.New("there is more behind the request")
	}
	return q, q.check()
}

func (q request) check() error {
	switch {
	case !ops[q.Op]:
		return fmt.Errorf("no such request: %.20q", q.Op)
	case q.ID < 1, q.Process < 0, q.After < 0, q.Of < 0, q.Goal.Messages < 0, q.Goal.Ended < 0:
		return errors.New("a number is out of its range")
	}
	return nil
}

// appendLine returns v as a line of JSON.
func appendLine(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	return append(line, '\n'), err
}
