package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
)

// load is what is sent to a server in one turn.
type load struct {
	body      *payload
	conns     int // at a time
	perConn   int // messages
	turns     int // connections one after the other, each time conns of them
	pipelined bool
}

func (l load) messages() int { return l.conns * l.perConn * l.turns }

// mark begins the line that makes each connection's messages its own.
const mark = "X-Load: "

// payload is what the messages have in common.
type payload struct {
	data []byte
	sum  uint32
}

// newPayload makes data of about size octets, mark included: lines as base64
// has them, or as text has them.
func newPayload(size int, text bool) *payload {
	line := "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdCwg\r\n"
	if text {
		line = "A sentence ends with a dot. Some are short, e.g. this one. Others go on, up\r\n"
	}
	head := "Subject: bench\r\n\r\n"
	size -= len(mark) + len(recipient(0)) + len("\r\n") + len(head)
	data := append([]byte(head), bytes.Repeat([]byte(line), size/len(line))...)
	if rest := size % len(line); rest > 2 {
		data = append(append(data, line[:rest-2]...), "\r\n"...)
	}
	return &payload{data, checksum(data)}
}

func recipient(n int) string { return fmt.Sprintf("c%03d@bench.test", n) }

// script is all that one connection says, made beforehand: the client is to
// cost as little as can be.
type script struct {
	load
	mail, rcpt, group []byte
	head              []byte
	dot, next, last   []byte // the end of the data; with the next group, with QUIT
}

var (
	sayHello = []byte("EHLO client.bench.test\r\n")
	sayData  = []byte("DATA\r\n")
	sayQuit  = []byte("QUIT\r\n")
)

func newScript(l load, n int) *script {
	s := &script{load: l, dot: []byte(".\r\n")}
	s.mail = []byte("MAIL FROM:<sender@client.bench.test>\r\n")
	s.rcpt = []byte("RCPT TO:<" + recipient(n) + ">\r\n")
	s.head = []byte(mark + recipient(n) + "\r\n")
	s.group = bytes.Join([][]byte{s.mail, s.rcpt, sayData}, nil)
	s.next = append(bytes.Clone(s.dot), s.group...)
	s.last = append(bytes.Clone(s.dot), sayQuit...)
	return s
}

// client speaks to one server over one connection.
type client struct {
	conn  net.Conn
	buf   [4096]byte
	r, w  int
	parts [3][]byte
	data  net.Buffers
	err   error // the first one; nothing is done behind it
}

// hello opens the session.
func (c *client) hello(conn net.Conn) {
	c.conn, c.r, c.w, c.err = conn, 0, 0, nil
	c.replies(1)
	c.say(sayHello, 1)
}

// transact sends the messages of a session, and QUIT.
func (c *client) transact(s *script) {
	if s.pipelined {
		c.pipeline(s)
	} else {
		c.lockStep(s)
	}
}

func (c *client) lockStep(s *script) {
	for range s.perConn {
		c.say(s.mail, 1)
		c.say(s.rcpt, 1)
		c.say(sayData, 1)
		c.sayBody(s, s.dot, 1)
	}
	c.say(sayQuit, 1)
}

func (c *client) pipeline(s *script) {
	c.say(s.group, 3)
	for range s.perConn - 1 {
		c.sayBody(s, s.next, 4)
	}
	c.sayBody(s, s.last, 2)
}

// bye waits for the server's end, so that no session outlasts its turn.
func (c *client) bye() error {
	if c.err == nil {
		if n, err := c.conn.Read(c.buf[:]); n > 0 || err != io.EOF {
			c.err = fmt.Errorf("%d octets and %v behind the 221", n, err)
		}
	}
	c.conn.Close()
	return c.err
}

func (c *client) say(b []byte, replies int) {
	if c.err == nil {
		_, c.err = c.conn.Write(b)
	}
	c.replies(replies)
}

// sayBody writes a message, in one system call where that can be.
func (c *client) sayBody(s *script, end []byte, replies int) {
	if c.err == nil {
		c.parts = [3][]byte{s.head, s.body.data, end}
		c.data = c.parts[:]
		_, c.err = c.data.WriteTo(c.conn)
	}
	c.replies(replies)
}

// replies reads n replies, all of which have to be positive.
func (c *client) replies(n int) {
	for n > 0 && c.err == nil {
		line := c.line()
		switch {
		case c.err != nil:
		case len(line) < 4 || line[0] > '3':
			c.err = fmt.Errorf("the server said %s", strconv.Quote(string(line)))
		case line[3] == ' ':
			n--
		}
	}
}

func (c *client) line() []byte {
	for c.err == nil {
		if end := bytes.IndexByte(c.buf[c.r:c.w], '\n') + 1; end > 0 {
			line := c.buf[c.r : c.r+end]
			c.r += end
			return line
		}
		c.w = copy(c.buf[:], c.buf[c.r:c.w])
		c.r = 0
		var n int
		n, c.err = c.conn.Read(c.buf[c.w:])
		c.w += n
	}
	return nil
}

// send puts the load on the server at addr and returns when its last session
// is over.
func (l load) send(addr string) error {
	scripts := make([]*script, l.conns)
	for n := range scripts {
		scripts[n] = newScript(l, n)
	}
	errs := make(chan error, l.conns)
	for _, s := range scripts {
		go func() { errs <- s.play(addr) }()
	}
	var err error
	for range l.conns {
		if e := <-errs; e != nil {
			err = e
		}
	}
	return err
}

func (s *script) play(addr string) error {
	var c client
	for range s.turns {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		c.hello(conn)
		c.transact(s)
		if err := c.bye(); err != nil {
			return err
		}
	}
	return nil
}
