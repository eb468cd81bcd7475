package wire

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// segments is the server's end of a connection. It keeps each Write apart: what
// is written at once is one segment, unless the network cuts it.
type segments struct {
	net.Conn
	mu   sync.Mutex // guards all
	all  []string
	last time.Time
	gaps []time.Duration // before each segment but the first
}

func (s *segments) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		return n, err // a deadline that the session moves on
	}
	now := time.Now()
	if len(s.all) > 0 {
		s.gaps = append(s.gaps, now.Sub(s.last))
	}
	s.all, s.last = append(s.all, string(p[:n])), now
	return n, err
}

func (s *segments) written() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// yes is a dialogue that takes everything.
func yes(conn net.Conn, _ *Session) {
	go func() {
		defer conn.Close()
		io.WriteString(conn, "220 ready\r\n")
		for in := bufio.NewScanner(conn); in.Scan(); {
			switch in.Text() {
			case "DATA":
				io.WriteString(conn, "354 go on\r\n")
			case "QUIT":
				io.WriteString(conn, "221 bye\r\n")
				return
			default:
				io.WriteString(conn, "250 ok\r\n")
			}
		}
	}()
}

// session runs one session with these rules inside a bubble, and gives both
// ends of it to talk. It returns when the session is over.
func session(t *testing.T, talk func(client net.Conn, wrote *segments), rules ...Rule) *record.Session {
	var snapshot *record.Session
	synctest.Test(t, func(t *testing.T) {
		set := &RuleSet{}
		for _, r := range rules {
			if err := r.Validate(); err != nil {
				t.Fatal(err)
			}
			set.Add(r)
		}
		gone := make(chan struct{})
		cfg := &Config{Hostname: "mx.example", Limits: DefaultLimits(), Rules: set, Dialogue: yes,
			Deliver: func(s *Session, m *record.Message) error { s.Number(m, 1); return nil },
			Gone:    func(*Session) { close(gone) }}
		if err := cfg.Prepare(); err != nil {
			t.Fatal(err)
		}
		m := NewMemory("mx.example")
		defer m.Close()
		client, server := dialMemory(t, m)
		wrote := &segments{Conn: server}
		s := cfg.Serve(wrote, Start{ID: 1})
		s.Run()
		talk(client, wrote)
		client.Close()
		<-gone
		snapshot = s.Snapshot()
	})
	return snapshot
}

// say writes lines in one segment and lets the server deal with them.
func say(t *testing.T, client net.Conn, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(client, line+"\r\n"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
	}
}

func wantSegments(t *testing.T, wrote *segments, want ...string) {
	t.Helper()
	if got := wrote.written(); !slices.Equal(got, want) {
		t.Errorf("the server wrote\n%q\nwant\n%q", got, want)
	}
}

const banner = "220 mx.example ESMTP ready\r\n"

func TestSplitCutsAtEveryOffset(t *testing.T) {
	for at := 1; at < len(banner); at++ {
		session(t, func(client net.Conn, wrote *segments) {
			time.Sleep(time.Second)
			wantSegments(t, wrote, banner[:at], banner[at:])
			if wrote.gaps[0] <= 0 {
				t.Error("no time passes between two segments")
			}
		}, On(record.CONNECT).Split(at))
	}
}

func TestSplitCutsNothingBehindTheEnd(t *testing.T) {
	for _, offsets := range [][]int{{len(banner)}, {len(banner) + 1}, {1 << 40}, {len(banner), 1 << 40}} {
		session(t, func(client net.Conn, wrote *segments) {
			time.Sleep(time.Second)
			wantSegments(t, wrote, banner)
		}, On(record.CONNECT).Split(offsets...))
	}
}

func TestSplitCountsEarlyAndTrail(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		time.Sleep(time.Second)
		wantSegments(t, wrote, "ab", "c220", " x\r", "\nde")
	}, On(record.CONNECT).Reply(220, "x").Early([]byte("abc")).Trail([]byte("de")).Split(2, 6, 9))
}

func TestDripSendsOctetByOctet(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		time.Sleep(time.Duration(len(banner)) * time.Minute / 2)
		wantSegments(t, wrote, strings.Split(banner, "")...)
		for _, gap := range wrote.gaps {
			if gap != time.Minute/2 {
				t.Fatalf("a pause of %s, want 30s", gap)
			}
		}
	}, On(record.CONNECT).Drip(1, time.Minute/2))
}

func TestEarlyAndTrailAreInTheAnswersSegment(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		say(t, client, "EHLO x", "NOOP")
		wantSegments(t, wrote, banner, wrote.written()[1], "\x00250 ok\r\n250 again\r\n")
	}, On(record.NOOP).Early([]byte("\x00")).Trail([]byte("250 again\r\n")))
}

func TestHoldSendsWithTheNextAnswer(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		say(t, client, "NOOP", "RSET", "NOOP")
		wantSegments(t, wrote, banner, "250 ok\r\n250 ok\r\n", "250 ok\r\n")
	}, On(record.NOOP).Once().Hold())
}

func TestSeveralHeldAnswersLeaveTogether(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		say(t, client, "NOOP", "NOOP", "RSET")
		wantSegments(t, wrote, "220 hello\r\n250 1\r\n250 2\r\n250 ok\r\n")
	}, On(record.NOOP).Occurrence(1).Reply(250, "1").Hold(), On(record.NOOP).Occurrence(2).Reply(250, "2").Hold(),
		On(record.CONNECT).Reply(220, "hello").Hold())
}

// What comes next may leave in a manner of its own: it still comes behind.
func TestHeldAnswerKeepsItsPlace(t *testing.T) {
	hold := On(record.NOOP).Hold()
	for name, c := range map[string]struct {
		next Rule
		want []string
	}{
		"before a Drip":        {On(record.RSET).Reply(250, "").Drip(3, 0), []string{"250 ok\r\n", "250", " \r\n"}},
		"before a Split":       {On(record.RSET).Reply(250, "").Split(3), []string{"250 ok\r\n", "250", " \r\n"}},
		"before a Delay":       {On(record.RSET).Reply(250, "").Delay(time.Millisecond), []string{"250 ok\r\n250 \r\n"}},
		"before a Drop":        {On(record.RSET).Drop(), []string{"250 ok\r\n"}},
		"before a Stall":       {On(record.RSET).Stall(), []string{"250 ok\r\n"}},
		"before a StopReading": {On(record.RSET).StopReading(), []string{"250 ok\r\n"}},
		"before a ThenDrop":    {On(record.RSET).Reply(250, "").ThenDrop(), []string{"250 ok\r\n250 \r\n"}},
		"before a HalfClose":   {On(record.RSET).Reply(250, "").HalfClose(), []string{"250 ok\r\n250 \r\n"}},
		"before a lost reply":  {On(record.RSET).LoseReply().ThenDrop(), []string{"250 ok\r\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			session(t, func(client net.Conn, wrote *segments) {
				say(t, client, "NOOP")
				io.WriteString(client, "RSET\r\n")
				time.Sleep(time.Minute)
				wantSegments(t, wrote, append([]string{banner}, c.want...)...)
			}, hold, c.next)
		})
	}
}

func TestHeldAnswerIsSentAloneOnceTheClientHangsUp(t *testing.T) {
	session(t, func(client net.Conn, wrote *segments) {
		say(t, client, "NOOP")
		wantSegments(t, wrote, banner)
		client.(*MemoryConn).CloseWrite()
		synctest.Wait()
		wantSegments(t, wrote, banner, "250 ok\r\n")
	}, On(record.NOOP).Hold())
}

func TestHoldEverythingHangsNowhere(t *testing.T) {
	got := session(t, func(client net.Conn, wrote *segments) {
		say(t, client, "NOOP", "QUIT")
		wantSegments(t, wrote, banner+"250 ok\r\n"+"221 2.0.0 mx.example closing\r\n")
	}, On(record.ANY).Hold())
	if got.End != record.EndQuit {
		t.Errorf("the session ended with %q", got.End)
	}
}

func TestFloodIsAsLongAsItSays(t *testing.T) {
	block := int64(512 * len("220-"+floodText+crlf))
	for _, n := range []int64{6, 7, 59, 60, 65, 66, 119, 120, 121, block - 1, block, block + 1, block + 5, block + 6, 3*block + 59} {
		got := session(t, func(client net.Conn, _ *segments) {
			received := make(chan string)
			go func() {
				octets, _ := io.ReadAll(client)
				received <- string(octets)
			}()
			time.Sleep(time.Second)
			client.(*MemoryConn).CloseWrite()
			wantFlood(t, <-received, "220-a\r\n220-b\r\n", n, "220 c\r\n")
		}, On(record.CONNECT).Reply(220, "a", "b", "c").Flood(n))
		if raw := got.Greeting.Octets(); raw != fmt.Sprintf("220-a\r\n220-b\r\n(%d octets of reply lines)\r\n220 c\r\n", n) {
			t.Errorf("the record has %q", raw)
		}
	}
}

func wantFlood(t *testing.T, all, head string, n int64, last string) {
	t.Helper()
	if len(all) != int(n)+len(head)+len(last) || !strings.HasPrefix(all, head) || !strings.HasSuffix(all, last) {
		t.Fatalf("got %d octets, %.40q … %q, want %d", len(all), all, all[max(0, len(all)-40):], int(n)+len(head)+len(last))
	}
	for line := range strings.Lines(all[:len(all)-len(last)]) {
		if !strings.HasPrefix(line, "220-") || !strings.HasSuffix(line, "\r\n") {
			t.Fatalf("the line %q is none of a reply", line)
		}
	}
}

func TestFloodEndsWithTheSession(t *testing.T) {
	got := session(t, func(client net.Conn, _ *segments) {
		for n, err := 1, error(nil); err == nil && n > 0; n, err = client.Read(make([]byte, 64<<10)) {
			time.Sleep(time.Minute)
		}
	}, On(record.CONNECT).Flood(1<<62))
	if got.End != record.EndTimedOut || got.Lasted > time.Hour+2*time.Minute {
		t.Errorf("the session ended with %q after %s", got.End, got.Lasted)
	}
}
