package conform

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Client is a mail client made of Go.
type Client interface {
	// Send sends the messages of the job and returns when it knows what became
	// of them. The error's class is that of a *textproto.Error's code, of
	// Temporary() bool, or of a net.Error's time-out; an error may tell more
	// with SMTP() (code int, enhanced string, rcpts map[string]error). One that
	// is ErrUnsupported says that the client cannot do what the job asks.
	Send(ctx context.Context, job Job) error
}

// ClientFunc is a func as a Client.
type ClientFunc func(ctx context.Context, job Job) error

// Send calls f.
func (f ClientFunc) Send(ctx context.Context, job Job) error { return f(ctx, job) }

// Job is a record.Job with what only Go can be given.
type Job struct {
	record.Job
	Addr string      // host:port
	TLS  *tls.Config // trusts the CA of the test, names the host
	// Dial connects to the server; clients that can be given a dialer should
	// use it, and in virtual time they must.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Wait returns the time-out that the client is to keep, 0 for its own.
func (j *Job) Wait() time.Duration { return time.Duration(j.Timeout * float64(time.Second)) }

// unsupported is the error of a client that cannot do what it is asked.
type unsupported struct{}

func (unsupported) Error() string { return "the client cannot do this" }

// ErrUnsupported says that a client cannot do what a job asks.
var ErrUnsupported error = unsupported{}

// Runner is a client that tells its outcome itself, as commands do.
type Runner interface {
	// Name is the name of the client in reports.
	Name() string
	// Run has the client do the job and returns when nothing more can come of
	// it, or soon after ctx is done: then the outcome is a Hang.
	Run(ctx context.Context, job Job) Outcome
	// Claims says what the client is known to do without being asked.
	Claims() Claims
}

// Claims are what is known about a client beforehand. The zero value knows
// nothing.
type Claims struct {
	Version  string
	Mode     string            // "raw", "compose" or "both"; "" = to be found out
	Security []string          // "none", "starttls", "optional", "tls"; nil = to be found out
	Timeout  string            // "knob", "fixed" or "none"; "" = to be found out
	Fixed    time.Duration     // its time-out if that is fixed
	Needs    []Need            // what it says it can do; nil = to be found out
	Settle   time.Duration     // how long Run waits for what comes after the client's end
	Expected map[string]string // scenarios that are expected to fail, with the reason
	Host     string            // the name of the server that it is to be given; "" = an address
}

func address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
