package postgres

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Bounds of what is committed together. A message above aloneBytes has a
// transaction of its own, which others need not wait for.
const (
	groupMessages = 64
	groupBytes    = 8 << 20
	aloneBytes    = 1 << 20
)

// committers is how many groups a node has on their way: one waits for the disk
// while the other one sends its content.
const committers = 2

// putting is a message or a session on its way into the database.
type putting struct {
	mail    *store.Mail
	raw     store.Raw
	session *store.Session

	form, whole []byte // as they are stored
	seq         int64
	taken       chan struct{} // one may be sent: by the committer, or by a caller that gives up
	done        chan error
}

func newPutting() *putting {
	return &putting{taken: make(chan struct{}, 1), done: make(chan error, 1)}
}

func (p *putting) size() int {
	if p.raw == nil {
		return len(p.form) + len(p.whole)
	}
	return p.raw.Size()
}

// opens returns the run that is to be put with it, nil for none.
func (p *putting) opens() *store.Run {
	if p.mail != nil {
		return p.mail.Opens
	}
	return p.session.Opens
}

// Put implements store.Store. When its context ends before the message is on its
// way, it is not stored.
func (s *Store) Put(ctx context.Context, m *store.Mail, raw store.Raw) error {
	if most := s.options.Retention.Bytes; most > 0 && int64(m.Size) > most {
		return replyLarge
	}
	p := newPutting()
	p.mail, p.raw = m, raw
	var err error
	if p.form, err = mailJSON(m); err != nil {
		return err
	}
	if err := s.put(ctx, p); err != nil {
		return err
	}
	m.Seq = p.seq
	kept := *m
	kept.Opens = nil
	s.backlog.add(&pending{seq: p.seq, mail: &kept, raw: raw})
	return nil
}

// PutSession implements store.Store.
func (s *Store) PutSession(ctx context.Context, session *store.Session) error {
	p := newPutting()
	p.session = session
	var err error
	if p.form, p.whole, err = sessionJSON(session); err != nil {
		return err
	}
	if err := s.put(ctx, p); err != nil {
		return err
	}
	session.Seq = p.seq
	return nil
}

func (s *Store) put(ctx context.Context, p *putting) error {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if p.mail != nil {
		if err := s.backlog.wait(inside); err != nil {
			return err
		}
	}
	if p.size() > aloneBytes {
		return s.putAlone(inside, p)
	}
	select {
	case s.queue <- p:
	case <-inside.Done():
		return context.Cause(inside)
	}
	select {
	case err = <-p.done:
		return err
	case <-inside.Done():
	}
	select {
	case p.taken <- struct{}{}: // nobody will take it any more
		return context.Cause(inside)
	default: // it is on its way: only the end tells what became of it
		return <-p.done
	}
}

// commitQueue commits what is queued, a group at a time: under load the groups
// grow by themselves, and nobody waits for a group to fill.
func (s *Store) commitQueue() {
	for {
		select {
		case first := <-s.queue:
			s.commitGroup(s.gather(first))
		case <-s.ctx.Done():
			s.refuseQueue()
			return
		}
	}
}

func (s *Store) refuseQueue() {
	for {
		select {
		case p := <-s.queue:
			p.done <- store.ErrClosed
		default:
			return
		}
	}
}

// gather returns what is queued now, without what was given up.
func (s *Store) gather(p *putting) []*putting {
	var group []*putting
	for bytes := 0; ; {
		select {
		case p.taken <- struct{}{}:
			group = append(group, p)
			bytes += p.size()
		default:
		}
		if len(group) == groupMessages || bytes >= groupBytes-aloneBytes {
			return group
		}
		select {
		case p = <-s.queue:
		default:
			return group
		}
	}
}

func (s *Store) commitGroup(group []*putting) {
	if len(group) == 0 {
		return
	}
	err := s.commit(s.ctx, group)
	if len(group) > 1 && ofItsContent(err) {
		for _, p := range group {
			s.commitGroup([]*putting{p})
		}
		return
	}
	if err != nil {
		s.options.Log.Warn("not stored", "messages and sessions", len(group), "error", err)
	}
	for _, p := range group {
		p.done <- replyFor(ended(s.ctx, err))
	}
}

// putAlone commits a large message, in the caller's goroutine. The caller's
// context does not end it once it has begun.
func (s *Store) putAlone(ctx context.Context, p *putting) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := s.commit(s.ctx, []*putting{p})
	if err != nil {
		s.options.Log.Warn("not stored", "octets", p.size(), "error", err)
	}
	return replyFor(ended(s.ctx, err))
}
