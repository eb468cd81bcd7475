package mutant

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Job is what a client is asked to send, and how it comes to the server.
type Job struct {
	record.Job

	// Addr is where to connect, "127.0.0.1:2525"; "" means Host and Port.
	Addr string
	// TLS is used where the job asks for TLS; nil means CAFile, or the system's
	// roots. An empty ServerName becomes Host.
	TLS *tls.Config
	// Dial opens the connection; nil means net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// ErrUnsupported is what errors match that say: the client cannot do what the
// job asks.
var ErrUnsupported = errors.ErrUnsupported

// address returns where to connect.
func address(job *Job) string {
	if job.Addr != "" {
		return job.Addr
	}
	return net.JoinHostPort(job.Host, strconv.Itoa(job.Port))
}
