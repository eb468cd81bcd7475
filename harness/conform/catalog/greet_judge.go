package catalog

import (
	"context"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
)

const firstOfTwo = "220-mx.test wait\r\n"

func greetInTwo(e conform.Env) []harness.Option {
	return []harness.Option{harness.WithRules(
		harness.On(harness.CONNECT).ReplyRaw([]byte(firstOfTwo+"220 mx.test go\r\n")).Drip(len(firstOfTwo), e.Units(0.35)))}
}

func greetLate(e conform.Env) []harness.Option {
	return []harness.Option{harness.WithRules(harness.On(harness.CONNECT).Delay(e.Units(0.4)))}
}

// closedPort is the local port of a connection that is held open: nobody
// listens there, and nobody else is given it meanwhile.
func closedPort(e conform.Env) (conform.Network, error) {
	if e.Virtual {
		refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 25},
			Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		return conform.Network{Host: e.Host, Port: 25, Close: func() error { return nil },
			Dial: func(context.Context) error { return refused }}, nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort(e.Host, "0"))
	if err != nil {
		return conform.Network{}, err
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return conform.Network{}, err
	}
	return conform.Network{Host: e.Host, Port: conn.LocalAddr().(*net.TCPAddr).Port, Close: conn.Close}, nil
}

// never fails where one of these verbs was sent.
func never(verbs ...string) judge {
	return func(c *conform.Case) conform.Verdict {
		if said, ok := c.First(verbs...); ok {
			return c.Breach("%s was sent", said.Verb).At(c.Mark(said))
		}
		return c.Pass("no %s was sent", verbs[0])
	}
}

// oneHello fails where EHLO was sent again before its reply, or more often than
// for a fallback to HELO: once for each line of the greeting.
func oneHello(c *conform.Case) conform.Verdict {
	count := map[int]int{}
	for _, said := range hellos(c) {
		count[said.Session.ID]++
		if n := count[said.Session.ID]; n > 1 && said.Pipelined || n > 2 {
			return c.Breach("%s was sent for each line of the greeting", said.Verb).At(c.Mark(said))
		}
	}
	return c.Pass("one greeting, one EHLO")
}

// silentBefore fails where octets came before the greeting was complete.
func silentBefore(c *conform.Case) conform.Verdict {
	if a, s, early := c.Anomaly("octets-before-greeting"); early {
		return c.Breach("before the greeting it sent %s", shown(a.Octets)).
			At(conform.Mark{Script: c.Script, Session: s.ID, Command: a.Command, Octets: a.Octets})
	}
	return c.Pass("nothing was sent before the greeting was complete")
}

// quitAfterRefusal wants QUIT in every session; RFC 5321 §4.1.1.10 has the
// client not close before it. So many close that it is a warning.
func quitAfterRefusal(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		if _, ok := s.Command("QUIT", 1); !ok {
			return c.Warn("the session ended without QUIT: %s", s.End).At(conform.Mark{Script: c.Script, Session: s.ID})
		}
	}
	return c.Pass("QUIT was sent")
}

// failsAtOnce warns where a client waits for its time-out before it sees that
// the peer is no mail server.
func failsAtOnce(c *conform.Case) conform.Verdict {
	s := c.Session()
	if waited := s.Lasted - s.Greeting.At; float64(waited) > 0.8*float64(c.Unit) {
		return c.Warn("it held on for as long as its time-out")
	}
	return c.Pass("it gave up at once: %s", c.Told())
}

// namesPort says whether the report names where it tried to connect.
func namesPort(c *conform.Case) conform.Verdict {
	if c.Outcome.Failure() && !strings.Contains(c.Outcome.Text, strconv.Itoa(c.Job.Port)) {
		return c.Info("it does not tell where it tried to connect: %s", c.Told())
	}
	return c.Pass("reported %s", c.Told())
}

// quoted shows octets in the text of a Script.
func quoted(octets string) string { return strconv.Quote(octets) }
