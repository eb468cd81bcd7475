package main

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// load is what is sent to a server over SMTP.
type load struct {
	mail    [][]byte
	conns   int // at a time
	perConn int // messages; 0 = as many as there are
}

// send returns how long it took until the last session was over.
func (l load) send(addr string) (time.Duration, error) {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make(chan error, l.conns)
	began := time.Now()
	for range l.conns {
		all.Go(func() { errs <- l.sessions(addr, &next) })
	}
	all.Wait()
	took := time.Since(began)
	for range l.conns {
		if err := <-errs; err != nil {
			return took, err
		}
	}
	return took, nil
}

// sessions sends what others have left, one session after the other.
func (l load) sessions(addr string, next *atomic.Int64) error {
	var c *client
	sent := 0
	for i := next.Add(1) - 1; i < int64(len(l.mail)); i = next.Add(1) - 1 {
		if c == nil {
			var err error
			if c, err = dial(addr); err != nil {
				return err
			}
		}
		if err := c.send(l.mail[i]); err != nil {
			return err
		}
		if sent++; sent == l.perConn {
			if err := c.quit(); err != nil {
				return err
			}
			c, sent = nil, 0
		}
	}
	return c.quit()
}

// client is one session of SMTP that pipelines.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &client{conn, bufio.NewReader(conn)}
	if err := c.replies(1); err != nil {
		return nil, err
	}
	return c, c.say("EHLO client.example.test\r\n", 1)
}

// send returns when the message has its 250. No line of it begins with a dot.
func (c *client) send(mail []byte) error {
	if err := c.say("MAIL FROM:<sender@example.test>\r\nRCPT TO:<bat@example.test>\r\nDATA\r\n", 3); err != nil {
		return err
	}
	data := net.Buffers{mail, []byte(".\r\n")}
	if _, err := data.WriteTo(c.conn); err != nil {
		return err
	}
	return c.replies(1)
}

// quit ends the session, if there is one, and waits for the server's end.
func (c *client) quit() error {
	if c == nil {
		return nil
	}
	defer c.conn.Close()
	return c.say("QUIT\r\n", 1)
}

func (c *client) say(lines string, replies int) error {
	if _, err := c.conn.Write([]byte(lines)); err != nil {
		return err
	}
	return c.replies(replies)
}

// replies reads n replies, all of which have to be positive.
func (c *client) replies(n int) error {
	for n > 0 {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) < 4 || line[0] > '3' {
			return fmt.Errorf("the server said %q", line)
		}
		if line[3] == ' ' {
			n--
		}
	}
	return nil
}
