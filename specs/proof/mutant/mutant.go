package mutant

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/smtpspec/smtpspec/sender"
)

// Mutant is the honest client with faults. All hooks may be nil; hooks are shared
// by runs, so what they remember goes into the Dialogue (Set, Get) or into a
// variable of Around. They are called from the goroutines of one run, never two
// at once.
type Mutant struct {
	Name string // "no-dot-stuffing"
	Text string // one sentence: what it does wrong

	// Breaks are the scenarios that it is there for: each has to judge it worse
	// than the honest client, or otherwise where none is better.
	Breaks []string

	// Job changes what is asked before anything is done.
	Job func(*Job)
	// Options changes how sessions are opened and held.
	Options func(*sender.Options)
	// TLS changes the configuration of the handshake with the server.
	TLS func(*tls.Config)
	// Message changes each message before sender takes it: its SIZE fits, and
	// what sender refuses is refused. Data is past all that.
	Message func(job *Job, msg []byte) []byte
	// Around is called in place of the client; send is the client with all
	// other hooks. It may send twice, or not at all.
	Around func(ctx context.Context, job Job, send func(context.Context, Job) error) error
	// Report changes what the caller is told. The Dialogue is that of the last
	// connection.
	Report func(d *Dialogue, err error) error

	// Conn wraps each connection, below TLS.
	Conn func(net.Conn) net.Conn
	// Start is called when a connection is there, before the greeting is read;
	// with implicit TLS after the handshake.
	Start func(d *Dialogue)
	// Out returns what is sent for one line of sender, which ends in CRLF:
	// commands and the responses of AUTH. It may return several lines: sender
	// gets the reply to the last, the others are dropped. "" sends nothing; then
	// sender waits for ever, unless d.Answer gave it a reply.
	Out func(d *Dialogue, line string) string
	// Data returns what is sent for the octets of one message behind DATA:
	// dot-stuffed, with their terminator. With it a message is sent in one
	// write, when it is whole, and, unless there is a hook Chunk too, always by
	// DATA. d.Answer may give the final reply.
	Data func(d *Dialogue, octets []byte) []byte
	// Chunk returns what is sent for the octets of one chunk of BDAT. Its line
	// went before; Out can change the length there.
	Chunk func(d *Dialogue, octets []byte) []byte
	// Raw changes octets as they come, before replies are made out in them. Nil
	// as its result reads on.
	Raw func(d *Dialogue, octets []byte) []byte
	// In returns what sender hears for one whole reply, all lines with their
	// ends. "" makes sender wait for another reply. A reply of more than 128 KiB
	// passes without it.
	In func(d *Dialogue, reply string) string
	// Believe returns what of the octets that came in one piece with the 220 to
	// STARTTLS, in the clear, is taken for the beginning of the dialogue inside
	// TLS. Without it sender is shown them, and breaks off.
	Believe func(d *Dialogue, octets []byte) []byte
}

// Send does the job as the mutant does. It returns what the mutant tells.
func (m Mutant) Send(ctx context.Context, job Job) error {
	if m.Around == nil {
		return m.send(ctx, job)
	}
	return m.Around(ctx, job, m.send)
}

func (m Mutant) send(ctx context.Context, job Job) error {
	if m.Job != nil {
		m.Job(&job)
	}
	r := &run{m: &m, job: &job, memory: map[string]any{}}
	r.last = newDialogue(r)
	err := reference{options: r.options, message: m.Message, turn: func(i int) { r.index = i }}.send(ctx, job)
	if m.Report != nil {
		return m.Report(r.last, err)
	}
	return err
}

// layered says that the mutant has hooks for what goes over the wire, or looks at
// it afterwards.
func (m *Mutant) layered() bool {
	return m.Start != nil || m.Out != nil || m.Data != nil || m.Chunk != nil || m.Raw != nil || m.In != nil || m.Believe != nil || m.Report != nil
}
