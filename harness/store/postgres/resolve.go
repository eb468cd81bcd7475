package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/store"
)

// errCommitLost says that the connection was lost during a commit, and that the
// messages are not there.
var errCommitLost = errors.New("postgres: the connection was lost, and nothing was committed")

// resolve finds out what became of a transaction whose connection was lost. Its
// backend may still be at it, so that is ended first; what is there then stays
// there, and what is not will never be.
func (s *Store) resolve(ctx context.Context, backend uint32, group []*putting, lost error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resolveTime)
	defer cancel()
	for {
		there, err := s.lookFor(ctx, backend, group)
		switch {
		case err == nil && there:
			return nil
		case err == nil:
			return fmt.Errorf("%w: %w", errCommitLost, lost)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("postgres: it is not known whether a commit happened: %w", lost)
		case <-s.ctx.Done():
			return lost
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// resolveTime bounds how long a client waits to be told what became of its
// message. Behind it the answer is 451, as if it were not there.
const resolveTime = 20 * time.Second

// lookFor says whether the group is in the database, and sets its places.
func (s *Store) lookFor(ctx context.Context, backend uint32, group []*putting) (bool, error) {
	_, err := s.pool.Exec(ctx, `select pg_terminate_backend(pid, 5000) from pg_stat_activity
		where pid = $1 and usename = current_user and datname = current_database() and pid <> pg_backend_pid()`, backend)
	if err != nil {
		return false, err
	}
	for _, p := range group {
		table, id := p.name()
		err := s.pool.QueryRow(ctx, `select seq from `+table+` where id = $1`, key(string(id))).Scan(&p.seq)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// name returns where the putting is to be found.
func (p *putting) name() (table string, id store.ID) {
	if p.mail != nil {
		return "messages", p.mail.ID
	}
	return "sessions", p.session.ID
}
