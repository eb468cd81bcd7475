package mutant

import (
	"errors"
	"net"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// Job is what a client is asked to send, and how it comes to the server. Where
// Addr is "" it is Host and Port; where TLS is nil it is CAFile, or the system's
// roots; where Dial is nil it is net.Dialer.
type Job = conform.Job

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
