package wire

import (
	"net"
	"sync"
)

// link is a connection, both ends in one allocation.
type link struct {
	mu      sync.Mutex // guards all of the link, its streams and its ends
	streams [2]stream
	ends    [2]MemoryConn
	reset   bool
}

// stream is one direction of a link.
type stream struct {
	queue
	limit            int
	readers, writers waiters
	ended            bool // the writer has said its last
	abandoned        bool // the reader has closed
	taken            bool // a Write is under way; the next one waits its turn
}

func newLink(clientAddr, serverAddr net.Addr, limit int) (client, server *MemoryConn) {
	l := new(link)
	up, down := &l.streams[0], &l.streams[1]
	up.init(&l.mu, limit)
	down.init(&l.mu, limit)
	l.ends[0] = MemoryConn{link: l, in: down, out: up, local: clientAddr, remote: serverAddr}
	l.ends[1] = MemoryConn{link: l, in: up, out: down, local: serverAddr, remote: clientAddr}
	return &l.ends[0], &l.ends[1]
}

func (s *stream) init(mu *sync.Mutex, limit int) {
	s.limit = limit
	s.readers.cond.L = mu
	s.writers.cond.L = mu
}

func (s *stream) wake() {
	s.readers.wake()
	s.writers.wake()
}

// send takes as much of p as there is room for.
func (s *stream) send(p []byte) int {
	n := min(len(p), s.limit-s.size)
	if n > 0 {
		s.push(p[:n])
		s.readers.wake()
	}
	return n
}

func (s *stream) receive(p []byte) int {
	n := s.pull(p)
	if n > 0 {
		s.writers.wake()
	}
	return n
}
