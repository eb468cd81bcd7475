package harness

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		in    string
		limit int
		want  string
		err   error
	}{
		{"a\nb\n", 10, "a", nil},
		{"\n", 10, "", nil},
		{long + "\n", 5001, long, nil},
		{long + "\n", 5000, "", errLongLine},
		{long, 4000, "", errLongLine},
		{"cut off", 10, "", io.ErrUnexpectedEOF},
		{"", 10, "", io.EOF},
	} {
		got, err := readLine(bufio.NewReaderSize(strings.NewReader(tt.in), 16), tt.limit)
		if string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%.20q within %d: %.20q, %v", tt.in, tt.limit, got, err)
		}
	}
}

func TestParseRequest(t *testing.T) {
	good := request{ID: 3, Op: opAwait, Goal: goal{Messages: 2}}
	text, err := appendLine(good)
	mustDo(t, err)
	if got, err := parseRequest(text); err != nil || !reflect.DeepEqual(got, good) {
		t.Errorf("%s: %+v, %v", text, got, err)
	}
	for _, bad := range []string{
		``, `null`, `[]`, `"hello"`, `{}`, `{"id":1}`, `{"id":0,"op":"hits"}`, `{"id":-1,"op":"hits"}`, `{"id":1,"op":"halt"}`,
		`{"id":1,"op":"hits","of":-1}`, `{"id":1,"op":"await","goal":{"ended":-1}}`, `{"id":1.5,"op":"hits"}`,
		`{"id":1,"op":"hits","more":1}`, `{"id":1,"op":"hits"} {}`, `{"id":1,"op":"hits"}x`, `{"id":1,"op":"hits"`, "GET / HTTP/1.1",
	} {
		if q, err := parseRequest([]byte(bad)); err == nil {
			t.Errorf("%s was read as %+v", bad, q)
		}
	}
}

func TestLongestAnswer(t *testing.T) {
	if got := longestAnswer(1); got != maxEscaped+maxFacts {
		t.Error(got)
	}
	if got := longestAnswer(math.MaxInt); got < math.MaxInt/2 {
		t.Error(got)
	}
}

func TestInvitation(t *testing.T) {
	want := invitation{"127.0.0.1:4025", newKeyText()}
	if got, err := parseInvitation(want.String()); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{
		"", "smtp://127.0.0.1:25", "smtpspec://127.0.0.1:25", "smtpspec://00@127.0.0.1:25", want.String() + "\n",
		strings.Replace(want.String(), "127.0.0.1", "192.0.2.1", 1), strings.Replace(want.String(), "127.0.0.1", "localhost", 1),
		strings.Replace(want.String(), "://", "://x", 1),
	} {
		_, err := parseInvitation(bad)
		if !errors.Is(err, errInvitation) || strings.Contains(err.Error(), want.key) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add([]byte("{\"id\":1,\"op\":\"hello\",\"key\":\"00\",\"process\":2}\n{\"id\":2,\"op\":\"messages\",\"after\":7}\n"))
	f.Add([]byte("{\"id\":3,\"op\":\"add-rule\",\"rule\":{\"on\":\"RCPT\",\"reply\":\"550\"}}\n"))
	f.Add([]byte("{\"id\":4,\"op\":\"await\",\"goal\":{\"messages\":1}}\r\n\n{"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		in := bufio.NewReaderSize(bytes.NewReader(octets), 16)
		for {
			q, err := readRequest(in, 200)
			if err != nil {
				return
			}
			text, err := appendLine(q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			again, err := parseRequest(text)
			second, e := appendLine(again)
			if err != nil || e != nil || !bytes.Equal(text, second) {
				t.Errorf("%s came back as %s: %v, %v", text, second, err, e)
			}
		}
	})
}

// scripted is a connection to a guest that says what it has to say and hangs
// up.
type scripted struct {
	io.Reader
	said bytes.Buffer
}

func (c *scripted) Write(p []byte) (int, error)      { return c.said.Write(p) }
func (c *scripted) Close() error                     { return nil }
func (c *scripted) LocalAddr() net.Addr              { return nil }
func (c *scripted) RemoteAddr() net.Addr             { return nil }
func (c *scripted) SetDeadline(time.Time) error      { return nil }
func (c *scripted) SetReadDeadline(time.Time) error  { return nil }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }

// FuzzHost lets a guest with the right key say anything. The host returns, and
// leaves no rule behind.
func FuzzHost(f *testing.F) {
	srv := NewServer(f, InMemory())
	f.Add([]byte("{\"id\":2,\"op\":\"messages\"}\n{\"id\":3,\"op\":\"sessions\"}\n{\"id\":4,\"op\":\"violations\"}\n"))
	f.Add([]byte("{\"id\":2,\"op\":\"await\",\"goal\":{\"messages\":1}}\n{\"id\":3,\"op\":\"cancel\",\"of\":2}\n"))
	f.Add([]byte("{\"id\":2,\"op\":\"await\",\"goal\":{}}\n{\"id\":2,\"op\":\"await\",\"goal\":{\"ended\":1}}\n"))
	f.Add([]byte("{\"id\":2,\"op\":\"add-rule\",\"rule\":{\"on\":\"RCPT\",\"reply\":\"550\"}}\n{\"id\":3,\"op\":\"hits\",\"of\":1}\n{\"id\":4,\"op\":\"remove-rule\",\"of\":1}\n{\"id\":5,\"op\":\"end\"}\n"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		const hello = "{\"id\":1,\"op\":\"hello\",\"key\":\"k\",\"process\":1}\n"
		conn := &scripted{Reader: io.MultiReader(strings.NewReader(hello), bytes.NewReader(octets))}
		srv.host(conn, "k")
		if !strings.HasPrefix(conn.said.String(), `{"id":1,"welcome":{"tag":"p1.`) {
			t.Errorf("said %.200q", conn.said.String())
		}
		for line := range strings.Lines(conn.said.String()) {
			if _, err := readAnswer(bufio.NewReader(strings.NewReader(line)), maxRequest); err != nil {
				t.Errorf("said %q: %v", line, err)
			}
		}
	})
}
