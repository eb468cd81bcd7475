package harness

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Keeper takes responsibility for messages in the place of the server's memory.
// Its methods are called by many sessions at once.
type Keeper interface {
	// Name returns the name under which the next message will be kept. The
	// client is told: "250 2.0.0 Ok: queued as NAME".
	Name() string
	// Keep commits m, whose Key is its name. s says what is known of its
	// session, without commands, messages and anomalies. The client gets its
	// 250 when Keep returns nil; an error that is a record.Reply is what it is
	// told instead, any other one is 451.
	Keep(ctx context.Context, s *Session, m *record.Message) error
}

// WithKeeper hands every accepted message to k, and to nobody else: Messages
// has none, and those of a session's record are without their data. Of Keep,
// Bytes then bounds what is on its way in.
func WithKeeper(k Keeper) Option { return optionFunc(func(o *options) { o.keeper = k }) }

// entrust is put with a keeper. No lock is held while it works: that of the
// keeper may take as long as a disk does.
func (s *Server) entrust(session *wire.Session, m *record.Message) error {
	s.mu.Lock()
	s.nextID++
	id := s.nextID
	s.mu.Unlock()
	m.Key = s.opts.keeper.Name()
	session.Number(m, id)
	if err := s.opts.keeper.Keep(context.Background(), session.Sketch(), m); err != nil {
		return err
	}
	session.KeepStub(m)
	return nil
}
