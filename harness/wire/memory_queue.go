package wire

import "sync"

// chunkSize makes a chunk with its three words of header one 4 KiB object.
const chunkSize = 4<<10 - 24

// chunk is a piece of a queue; data[start:end] is still to be read.
type chunk struct {
	next       *chunk
	start, end int
	data       [chunkSize]byte
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

func newChunk() *chunk {
	c := chunks.Get().(*chunk)
	c.next, c.start, c.end = nil, 0, 0
	return c
}

// queue holds bytes in order, in chunks that are shared by all queues: what
// has been read costs nothing, and growing copies nothing.
type queue struct {
	head, tail *chunk
	size       int
}

func (q *queue) push(p []byte) {
	q.size += len(p)
	for len(p) > 0 {
		if q.tail == nil || q.tail.end == chunkSize {
			q.extend()
		}
		n := copy(q.tail.data[q.tail.end:], p)
		q.tail.end += n
		p = p[n:]
	}
}

func (q *queue) extend() {
	c := newChunk()
	if q.tail == nil {
		q.head = c
	} else {
		q.tail.next = c
	}
	q.tail = c
}

func (q *queue) pull(p []byte) (n int) {
	for q.head != nil && n < len(p) {
		c := q.head
		m := copy(p[n:], c.data[c.start:c.end])
		c.start += m
		n += m
		if c.start == c.end {
			q.drop()
		}
	}
	q.size -= n
	return n
}

func (q *queue) drop() {
	c := q.head
	q.head = c.next
	if q.head == nil {
		q.tail = nil
	}
	chunks.Put(c)
}

func (q *queue) discard() {
	for q.head != nil {
		q.drop()
	}
	q.size = 0
}
