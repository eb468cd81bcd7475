package main

import (
	"bufio"
	"bytes"
	"net"
	"sync/atomic"
)

// raw gives canned replies and discards the data: what is left is the price of
// the sockets.
type raw struct {
	listener net.Listener
	messages atomic.Int64
}

func newRaw() (server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &raw{listener: l}
	go s.accept()
	return s, nil
}

func (s *raw) addr() string              { return s.listener.Addr().String() }
func (s *raw) kept(func(string, []byte)) {}
func (s *raw) count() int                { return int(s.messages.Load()) }
func (s *raw) reset()                    { s.messages.Store(0) }
func (s *raw) close() error              { return s.listener.Close() }

func (s *raw) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.serve(conn)
	}
}

func (s *raw) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	out := append(make([]byte, 0, 512), "220 mx.bench.test\r\n"...)
	for {
		if in.Buffered() == 0 {
			conn.Write(out)
			out = out[:0]
		}
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		switch line[0] {
		case 'D':
			conn.Write(append(out, "354 Go\r\n"...))
			if skipData(in) != nil {
				return
			}
			s.messages.Add(1)
			out = append(out[:0], "250 2.0.0 Ok\r\n"...)
		case 'E':
			out = append(out, "250-mx.bench.test\r\n250 PIPELINING\r\n"...)
		case 'Q':
			conn.Write(append(out, "221 2.0.0 Bye\r\n"...))
			return
		default:
			out = append(out, "250 2.0.0 Ok\r\n"...)
		}
	}
}

var endOfData = []byte("\r\n.\r\n")

func skipData(in *bufio.Reader) error {
	for tail := 0; ; {
		if _, err := in.Peek(tail + 1); err != nil {
			return err
		}
		b, _ := in.Peek(in.Buffered())
		if end := bytes.Index(b, endOfData); end >= 0 {
			_, err := in.Discard(end + len(endOfData))
			return err
		}
		tail = min(len(b), len(endOfData)-1)
		in.Discard(len(b) - tail)
	}
}
