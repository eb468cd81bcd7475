package mutant

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Dialogue is what hooks know of the session, and the way in which they act on
// it. It is for use inside hooks.
type Dialogue struct {
	run     *run
	session int
	layer   *layer // nil where no connection was opened

	at       exchange // the command or reply that a hook is called for
	answered bool
	answer   string
	counts   map[record.Stage]int
	lines    []string
	secure   bool
}

// exchange is a command and the wait for its reply.
type exchange struct {
	stage    record.Stage
	command  string
	count    int
	drop     bool   // the reply is not sender's
	answered bool   // answer is the reply
	answer   string // as it would have come
}

func newDialogue(r *run) *Dialogue {
	return &Dialogue{run: r, session: r.sessions, counts: map[record.Stage]int{}}
}

// Job returns the job, as the hook Job left it.
func (d *Dialogue) Job() *Job { return d.run.job }

// Draft returns the message under way, of which the recipients are
// d.Job().Recipients(d.Index()).
func (d *Dialogue) Draft() *record.Draft { return &d.run.job.Messages[d.run.index] }

// Index returns which of the job's messages is under way, from 0.
func (d *Dialogue) Index() int { return d.run.index }

// Session counts the connections of the run, from 1; 0 before the first.
func (d *Dialogue) Session() int { return d.session }

// Stage returns where the command, or the command of the reply, belongs: AUTH
// for responses too, BODY for the message and its final reply, ANY for a reply
// that no command asked for.
func (d *Dialogue) Stage() record.Stage { return d.at.stage }

// Command returns the line that sender wrote, also for a reply; "" for the
// greeting and for message data.
func (d *Dialogue) Command() string { return d.at.command }

// Count says the how manieth of its stage in this session the command is, from 1.
func (d *Dialogue) Count() int { return d.at.count }

// Secure says that the session is inside TLS.
func (d *Dialogue) Secure() bool { return d.secure }

// Lines returns all so far: "C: " and a line as sent, "S: " and a reply as it
// came, "C: (message)".
func (d *Dialogue) Lines() []string { return slices.Clone(d.lines) }

// Set remembers v until the end of the run, over all its connections.
func (d *Dialogue) Set(key string, v any) { d.run.memory[key] = v }

// Get returns what was remembered, or nil.
func (d *Dialogue) Get(key string) any { return d.run.memory[key] }

// Answer gives sender a reply to the command at hand, for use in Out and Data.
// What the server says to it is dropped. In is not called for it.
func (d *Dialogue) Answer(reply string) { d.answered, d.answer = true, reply }

// Say sends lines, which end in CRLF, before whatever the hook returns. Replies
// to them are dropped, after In. In Start and In it needs a connection with a
// buffer, as TCP has, or a server that reads: it is a write within a read.
func (d *Dialogue) Say(lines string) { d.layer.say(lines) }

// Close closes the connection at once: no QUIT, no alert.
func (d *Dialogue) Close() { _ = d.layer.socket.Close() }

func (d *Dialogue) next(stage record.Stage, command string) exchange {
	d.counts[stage]++
	return exchange{stage: stage, command: command, count: d.counts[stage]}
}

func (d *Dialogue) note(who, text string) { d.lines = append(d.lines, who+text) }
