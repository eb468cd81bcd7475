package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"golang.org/x/net/nettest"
)

// tcpLike is what the harness asks of a connection, socket or memory.
type tcpLike interface {
	net.Conn
	CloseWrite() error
	SetLinger(sec int) error
}

var _ tcpLike = (*net.TCPConn)(nil)

// onBothNetworks runs one test of behaviour over TCP and in memory: the second
// must answer as the first does.
func onBothNetworks(t *testing.T, test func(t *testing.T, client, server tcpLike)) {
	t.Run("tcp", func(t *testing.T) {
		client, server := dialTCP(t)
		test(t, client, server)
	})
	t.Run("memory", func(t *testing.T) {
		client, server := dialMemory(t, NewMemory(testName))
		test(t, client, server)
	})
}

func dialTCP(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

func send(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); err != nil || n != len(text) {
		t.Errorf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

func expect(t *testing.T, r io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Errorf("read %q: %v, want %q", got[:n], err, want)
	}
}

func expectEnd(t *testing.T, r io.Reader, want error) {
	t.Helper()
	if n, err := r.Read(make([]byte, 8)); n != 0 || !errors.Is(err, want) {
		t.Errorf("read %d bytes and %v, want none and %v", n, err, want)
	}
}

func TestMemoryConnIsANetConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		client, server := dialMemory(t, NewMemory(testName))
		return client, server, func() { client.Close(); server.Close() }, nil
	})
}

// The first reply is as long as the group of commands, so that over an
// unbuffered pipe both sides would be writing.
func TestMemoryConnPipelining(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	group := strings.Repeat("RCPT TO:<bat@harness.test>\r\n", 1000)
	replies := strings.Repeat("250 2.1.5 recipient accepted\r\n", 1000)
	send(t, client, group)
	send(t, server, replies)
	expect(t, server, group)
	expect(t, client, replies)
}

func TestConnCloseWrite(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		send(t, client, "QUIT\r\n")
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		_, err := client.Write([]byte("NOOP\r\n"))
		wantOpError(t, err, "write", syscall.EPIPE)
		expect(t, server, "QUIT\r\n")
		expectEnd(t, server, io.EOF)
		send(t, server, "221 bye\r\n")
		expect(t, client, "221 bye\r\n")
	})
}

func TestConnClose(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		send(t, server, "421 closing\r\n")
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
		expect(t, client, "421 closing\r\n")
		expectEnd(t, client, io.EOF)
		expectEnd(t, client, io.EOF)
		_, err := server.Read(make([]byte, 1))
		wantOpError(t, err, "read", net.ErrClosed)
		_, err = server.Read(nil)
		wantOpError(t, err, "read", net.ErrClosed)
		_, err = server.Write([]byte("x"))
		wantOpError(t, err, "write", net.ErrClosed)
		_, err = server.Write(nil)
		wantOpError(t, err, "write", net.ErrClosed)
		wantOpError(t, server.Close(), "close", net.ErrClosed)
		wantOpError(t, server.CloseWrite(), "close", net.ErrClosed)
		wantOpError(t, server.SetLinger(0), "set", net.ErrClosed)
		wantOpError(t, server.SetDeadline(time.Time{}), "set", net.ErrClosed)
	})
}

func TestConnLingerZeroResets(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		if err := server.SetLinger(0); err != nil {
			t.Fatal(err)
		}
		server.Close()
		_, err := client.Read(make([]byte, 1))
		wantOpError(t, err, "read", syscall.ECONNRESET)
	})
}

func TestConnLingerTakenBack(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		server.SetLinger(0)
		server.SetLinger(-1)
		server.Close()
		expectEnd(t, client, io.EOF)
	})
}

func TestConnEmptyReadsAndWrites(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		if n, err := client.Read(nil); n != 0 || err != nil {
			t.Errorf("empty read: %d, %v", n, err)
		}
		if n, err := client.Write(nil); n != 0 || err != nil {
			t.Errorf("empty write: %d, %v", n, err)
		}
		client.SetDeadline(time.Now().Add(-time.Second))
		if n, err := client.Read(nil); n != 0 || err != nil {
			t.Errorf("empty read after the deadline: %d, %v", n, err)
		}
		_, err := client.Write(nil)
		wantOpError(t, err, "write", os.ErrDeadlineExceeded)
	})
}

func TestConnDeadlineComesBeforeData(t *testing.T) {
	onBothNetworks(t, func(t *testing.T, client, server tcpLike) {
		send(t, server, "220 ready\r\n")
		client.SetReadDeadline(time.Now().Add(-time.Second))
		_, err := client.Read(make([]byte, 64))
		wantTimeout(t, err, "read")
		client.SetReadDeadline(time.Time{})
		expect(t, client, "220 ready\r\n")
	})
}

func wantTimeout(t *testing.T, err error, op string) {
	t.Helper()
	wantOpError(t, err, op, os.ErrDeadlineExceeded)
	var netErr net.Error
	if !errors.As(err, &netErr) || !netErr.Timeout() {
		t.Errorf("%v is no timeout", err)
	}
}

func TestMemoryConnWriteAfterThePeerClosed(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	send(t, client, "never read")
	server.Close()
	_, err := client.Write([]byte("x"))
	wantOpError(t, err, "write", syscall.EPIPE)
}

func TestMemoryConnResetDiscards(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	send(t, server, "250 never seen\r\n")
	server.Reset()
	server.Reset()
	for range 2 {
		_, err := client.Read(make([]byte, 64))
		wantOpError(t, err, "read", syscall.ECONNRESET)
		_, err = client.Write([]byte("x"))
		wantOpError(t, err, "write", syscall.ECONNRESET)
	}
	_, err := server.Read(make([]byte, 1))
	wantOpError(t, err, "read", net.ErrClosed)
	wantOpError(t, server.Close(), "close", net.ErrClosed)
}

func TestMemoryConnResetAfterCloseDoesNothing(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	send(t, server, "221 bye\r\n")
	server.Close()
	server.Reset()
	expect(t, client, "221 bye\r\n")
	expectEnd(t, client, io.EOF)
}

// A call that is blocked returns with the end's or the peer's news at once.
// synctest.Wait passes only if the block is one that a bubble can see.
func TestMemoryConnBlockedCallsWake(t *testing.T) {
	for _, tt := range []struct {
		name        string
		act         func(client, server *MemoryConn)
		read, write error
	}{
		{"own close", func(c, _ *MemoryConn) { c.Close() }, net.ErrClosed, net.ErrClosed},
		{"own reset", func(c, _ *MemoryConn) { c.Reset() }, net.ErrClosed, net.ErrClosed},
		{"peer's close", func(_, s *MemoryConn) { s.Close() }, io.EOF, syscall.EPIPE},
		{"peer's reset", func(_, s *MemoryConn) { s.Reset() }, syscall.ECONNRESET, syscall.ECONNRESET},
		{"past deadline", func(c, _ *MemoryConn) { c.SetDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := dialMemory(t, NewMemory(testName))
				read, write := inBackground(client.Read, 1), inBackground(client.Write, defaultBuffer+1)
				synctest.Wait()
				tt.act(client, server)
				wantResult(t, <-read, 0, tt.read)
				wantResult(t, <-write, defaultBuffer, tt.write)
			})
		})
	}
}

func TestMemoryConnCloseWriteEndsABlockedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := dialMemory(t, NewMemory(testName))
		write := inBackground(client.Write, defaultBuffer+1)
		synctest.Wait()
		client.CloseWrite()
		wantResult(t, <-write, defaultBuffer, syscall.EPIPE)
	})
}

type result struct {
	n   int
	err error
}

func inBackground(call func([]byte) (int, error), size int) <-chan result {
	done := make(chan result, 1)
	go func() {
		n, err := call(make([]byte, size))
		done <- result{n, err}
	}()
	return done
}

func wantResult(t *testing.T, got result, n int, err error) {
	t.Helper()
	if got.n != n || !errors.Is(got.err, err) {
		t.Errorf("got %d bytes and error %v, want %d and %v", got.n, got.err, n, err)
	}
}

func TestMemoryConnFiveMinutesOfSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := dialMemory(t, NewMemory(testName))
		start := time.Now()
		client.SetReadDeadline(start.Add(5 * time.Minute))
		_, err := client.Read(make([]byte, 1))
		wantTimeout(t, err, "read")
		if took := time.Since(start); took != 5*time.Minute {
			t.Errorf("waited %v", took)
		}

		client.SetReadDeadline(time.Now().Add(time.Minute))
		time.AfterFunc(30*time.Second, func() { server.Write([]byte("250 at last\r\n")) })
		expect(t, client, "250 at last\r\n")
		if took := time.Since(start); took != 5*time.Minute+30*time.Second {
			t.Errorf("the late reply took %v", took)
		}
	})
}

func TestMemoryConnWriteDeadlineTellsHowMuchWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(testName)
		m.Buffer = 100
		client, server := dialMemory(t, m)
		client.SetWriteDeadline(time.Now().Add(time.Minute))
		wantResult(t, <-inBackground(client.Write, 250), 100, os.ErrDeadlineExceeded)

		client.SetWriteDeadline(time.Time{})
		write := inBackground(client.Write, 150)
		expect(t, server, string(make([]byte, 250)))
		wantResult(t, <-write, 150, nil)
	})
}

func TestMemoryConnDeadlineMovesUnderABlockedRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := dialMemory(t, NewMemory(testName))
		start := time.Now()
		client.SetReadDeadline(start.Add(time.Second))
		read := inBackground(client.Read, 1)
		synctest.Wait()
		client.SetReadDeadline(time.Time{})
		synctest.Wait()
		client.SetReadDeadline(start.Add(time.Hour))
		wantResult(t, <-read, 0, os.ErrDeadlineExceeded)
		if took := time.Since(start); took != time.Hour {
			t.Errorf("waited %v", took)
		}
	})
}

func TestMemoryConnLeavesNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := dialMemory(t, NewMemory(testName))
		client.SetDeadline(time.Now().Add(time.Hour))
		read, again := inBackground(client.Read, 1), inBackground(client.Read, 1)
		write := inBackground(client.Write, defaultBuffer+1)
		synctest.Wait()
		client.Close()
		<-read
		<-again
		<-write
		for _, alarm := range []*time.Timer{client.in.readers.alarm, client.out.writers.alarm} {
			if alarm.Stop() {
				t.Error("a deadline's timer was still running after Close")
			}
		}
	})
}

func TestMemoryConnSetsNoTimerUnlessItBlocks(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	client.SetDeadline(time.Now().Add(time.Hour))
	send(t, server, "220 ready\r\n")
	expect(t, client, "220 ready\r\n")
	send(t, client, "QUIT\r\n")
	if client.in.readers.alarm != nil || client.out.writers.alarm != nil {
		t.Error("a deadline that nobody waits under has a timer")
	}
}

func TestMemoryConnKeepsTheBytesOfAWriteTogether(t *testing.T) {
	m := NewMemory(testName)
	m.Buffer = 100
	client, server := dialMemory(t, m)
	const writers, size = 4, 1000
	for i := range writers {
		go client.Write(bytes.Repeat([]byte{'a' + byte(i)}, size))
	}
	got := make([]byte, size)
	for range writers {
		if _, err := io.ReadFull(server, got); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(got, got[:1]); n != size {
			t.Fatalf("%d bytes of another write inside one of %d", size-n, size)
		}
	}
}

func TestMemoryConnIdleCost(t *testing.T) {
	if size := unsafe.Sizeof(link{}); size > 1000 {
		t.Errorf("an idle connection takes %d bytes", size)
	}
	client, server := dialMemory(t, NewMemory(testName))
	message := strings.Repeat("x", 60_000)
	send(t, client, message)
	expect(t, server, message)
	if client.out.head != nil || client.out.tail != nil || client.out.size != 0 {
		t.Error("a drained stream holds on to its buffer")
	}
	send(t, client, message)
	server.Close()
	if client.out.head != nil || client.out.size != 0 {
		t.Error("a closed end holds on to unread bytes")
	}
}
