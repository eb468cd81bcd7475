package harness

import "github.com/smtpspec/smtpspec/harness/wire"

// Peer is the server's side of a session whose whole dialogue is a script.
type Peer = wire.Peer

// WithPeer lets script run every session, in place of a good server: for what
// rules cannot say. Everything is recorded as always. An error of the script
// that is not the client's leaving is a violation.
func WithPeer(script func(*Peer) error) Option {
	return optionFunc(func(o *options) { o.cfg.Script = script })
}

// ParsePeer reads a script for WithPeer from text; see wire.ParseScript for its
// steps.
func ParsePeer(text string) (func(*Peer) error, error) { return wire.ParseScript(text) }
