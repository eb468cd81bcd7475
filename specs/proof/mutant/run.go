package mutant

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/smtpspec/smtpspec/sender"
)

// run is one call of send.
type run struct {
	m        *Mutant
	job      *Job
	memory   map[string]any
	sessions int
	index    int // of the message under way
	last     *Dialogue
}

// options applies the mutant to the options of a session.
func (r *run) options(o *sender.Options) {
	if r.m.Options != nil {
		r.m.Options(o)
	}
	if r.m.Data != nil && r.m.Chunk == nil {
		o.Chunking = false
	}
	if r.m.TLS != nil {
		if o.TLSConfig == nil {
			o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		r.m.TLS(o.TLSConfig)
	}
	if r.m.Conn == nil && !r.m.layered() {
		return
	}
	outer, implicit := o.TLSConfig, o.Security == sender.ImplicitTLS
	dial := o.Dialer
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	if r.m.layered() {
		o.TLSConfig = trusting(outer, r.m.TLS != nil)
	}
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return r.wrap(conn, outer, implicit), nil
	}
}

func (r *run) wrap(conn net.Conn, config *tls.Config, implicit bool) net.Conn {
	if r.m.Conn != nil {
		conn = r.m.Conn(conn)
	}
	if !r.m.layered() {
		return conn
	}
	r.sessions++
	r.last = newDialogue(r)
	return newDoor(conn, r.last, config, implicit)
}
