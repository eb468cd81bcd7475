package mutant

import (
	"crypto/tls"
	"net"
	"time"
)

// door is the connection that sender holds. It is the layer itself, until sender
// begins TLS: then sender's TLS ends here, and TLS with the server begins here.
type door struct {
	net.Conn // the socket, for its addresses and deadlines
	layer    *layer
	config   *tls.Config // for the server
	implicit bool        // TLS comes first
	ended    *ending     // sender's TLS; nil in the clear
}

func newDoor(socket net.Conn, d *Dialogue, config *tls.Config, implicit bool) net.Conn {
	o := &door{Conn: socket, layer: newLayer(socket, d), config: config, implicit: implicit}
	o.layer.upgrading = implicit
	if !implicit {
		_ = o.layer.start() // a connection that is lost is found out by the first read
	}
	return o
}

// Write takes commands, or records of sender's TLS.
func (o *door) Write(p []byte) (int, error) {
	if o.ended == nil && o.begins() {
		o.ended = newEnding(o.layer, o.config, o.implicit)
	}
	if o.ended != nil {
		return o.ended.Write(p)
	}
	return o.layer.Write(p)
}

func (o *door) begins() bool {
	o.layer.lock()
	defer o.layer.unlock()
	return o.layer.upgrading
}

// Read returns replies, or records of TLS with replies in them. Sender's
// handshake is the first to read here after its first Write.
func (o *door) Read(p []byte) (int, error) {
	if o.ended != nil {
		return o.ended.Read(p)
	}
	return o.layer.Read(p)
}

// SetDeadline sets both deadlines.
func (o *door) SetDeadline(t time.Time) error {
	_ = o.layer.SetReadDeadline(t)
	return o.Conn.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of reads.
func (o *door) SetReadDeadline(t time.Time) error { return o.layer.SetReadDeadline(t) }

// Close closes the socket; TLS ends with an alert where sender ended its own so.
func (o *door) Close() error {
	if o.ended != nil {
		return o.ended.Close()
	}
	return o.Conn.Close()
}
