package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/smtpspec/smtpspec/harness/store"
)

// pieceSize is how many octets of a message a row has.
const pieceSize = 256 << 10

// commitTime bounds a transaction, so that a server that has gone silent does
// not hold its clients.
const commitTime = 2 * time.Minute

const insertPieces = `insert into pieces (id, n, data) select * from unnest($1::text[], $2::int[], $3::bytea[])`

// The statements take places, insert, and tell the watchers, in one.
const (
	insertMessages = `
with place as (
	update state set seq = seq + $1, messages = messages + $1, unread = unread + $1, bytes = bytes + $2 returning seq - $1 as base
), put as (
	insert into messages (seq, id, session, run, at, size, tls, auth, mechanism, codes, mail)
	select base + n, id, session, run, at, size, tls, auth, mechanism, codes::int[], mail
	from place, unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[])
		with ordinality as t (id, session, run, at, size, tls, auth, mechanism, codes, mail, n)
	returning seq, run, id
), told as (
	insert into events (seq, kind, run, ids) select seq, 'message', run, array[id] from put
)
select base from place`

	insertSessions = `
with place as (
	update state set seq = seq + $1, sessions = sessions + $1 returning seq - $1 as base
), put as (
	insert into sessions (seq, id, run, started, session, record)
	select base + n, id, run, started, session, record
	from place, unnest($2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[]) with ordinality as t (id, run, started, session, record, n)
	returning seq, run, id
), told as (
	insert into events (seq, kind, run, ids) select seq, 'session', run, array[id] from put
)
select base from place`

	notify = `select pg_notify(current_schema || '_events', '')`
)

// commit puts a group into the database, and sets the places of its members. A
// nil error means that they are committed.
func (s *Store) commit(ctx context.Context, group []*putting) error {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	err := s.commitOnce(ctx, group)
	if err != nil && pgconn.SafeToRetry(err) {
		err = s.commitOnce(ctx, group) // a connection that had been idle was gone
	}
	if err == nil {
		wake(s.follow)
		wake(s.tidy)
	}
	return err
}

func (s *Store) commitOnce(ctx context.Context, group []*putting) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	backend := conn.Conn().PgConn().PID()
	if len(group) == 1 && group[0].size() > aloneBytes {
		err = s.sendLarge(ctx, conn, group)
	} else {
		err = s.send(ctx, conn.Conn(), group, true)
	}
	conn.Release()
	if err == nil || certain(err) {
		return s.avoidReadOnly(err)
	}
	return s.resolve(ctx, backend, group, err)
}

// avoidReadOnly drops the connections to a server that has become a standby, so
// that the next ones go to the primary of an address with several hosts.
func (s *Store) avoidReadOnly(err error) error {
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == readOnly {
		s.pool.Reset()
	}
	return err
}

// send puts a group into one batch, which is one transaction and one round trip.
func (s *Store) send(ctx context.Context, conn interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}, group []*putting, pieces bool) error {
	var batch pgx.Batch
	if pieces {
		queuePieces(&batch, group)
	}
	queueMessages(&batch, group)
	queueSessions(&batch, group)
	queueRuns(&batch, group)
	batch.Queue(notify)
	return conn.SendBatch(ctx, &batch).Close()
}

// sendLarge sends the pieces one by one, so that they are in memory once only.
func (s *Store) sendLarge(ctx context.Context, conn *pgxpool.Conn, group []*putting) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if group[0].raw != nil {
		if err := sendPieces(ctx, tx, key(string(group[0].mail.ID)), group[0].raw); err != nil {
			return notYet(err)
		}
	}
	if err := s.send(ctx, tx, group, false); err != nil {
		return notYet(err)
	}
	return tx.Commit(ctx)
}

func sendPieces(ctx context.Context, tx pgx.Tx, id string, raw store.Raw) error {
	content, piece := raw.Stream(), make([]byte, pieceSize)
	for n, left := 0, raw.Size(); left > 0; n++ {
		octets, err := io.ReadFull(content, piece[:min(left, pieceSize)])
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into pieces (id, n, data) values ($1, $2, $3)`, id, n, piece[:octets]); err != nil {
			return err
		}
		left -= octets
	}
	return nil
}

// notYet marks an error from before the commit: nothing is in doubt.
func notYet(err error) error {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return err
	}
	return fmt.Errorf("%w: %w", errCommitLost, err)
}

func cut(b []byte) [][]byte {
	var pieces [][]byte
	for len(b) > 0 {
		n := min(len(b), pieceSize)
		pieces, b = append(pieces, b[:n]), b[n:]
	}
	return pieces
}

func queuePieces(batch *pgx.Batch, group []*putting) {
	var ids []string
	var numbers []int32
	var data [][]byte
	for _, p := range group {
		if p.mail == nil {
			continue
		}
		for n, piece := range cut(p.raw.Raw()) {
			ids, numbers, data = append(ids, key(string(p.mail.ID))), append(numbers, int32(n)), append(data, piece)
		}
	}
	if len(ids) > 0 {
		batch.Queue(insertPieces, ids, numbers, data)
	}
}

func queueMessages(batch *pgx.Batch, group []*putting) {
	var put []*putting
	var ids, sessions, runs, tls, auth, mechanisms, codes []string
	var at, sizes []int64
	var forms [][]byte
	var bytes int64
	for _, p := range group {
		if m := p.mail; m != nil {
			put, bytes = append(put, p), bytes+int64(m.Size)
			ids, sessions, runs = append(ids, key(string(m.ID))), append(sessions, key(string(m.Session))), append(runs, key(m.Run))
			at, sizes, tls = append(at, nanos(m.At)), append(sizes, int64(m.Size)), append(tls, key(m.Facts.TLS))
			auth, mechanisms = append(auth, folded(m.Facts.Auth)), append(mechanisms, folded(m.Facts.Mechanism))
			codes, forms = append(codes, arrayNumbers(m.Codes())), append(forms, p.form)
		}
	}
	if len(put) > 0 {
		batch.Queue(insertMessages, len(put), bytes, ids, sessions, runs, at, sizes, tls, auth, mechanisms, codes, forms).QueryRow(placed(put))
	}
}

func queueSessions(batch *pgx.Batch, group []*putting) {
	var put []*putting
	var ids, runs []string
	var started []int64
	var forms, records [][]byte
	for _, p := range group {
		if p.session != nil {
			put = append(put, p)
			ids, runs = append(ids, key(string(p.session.ID))), append(runs, key(p.session.Run))
			started, forms, records = append(started, nanos(p.session.Started)), append(forms, p.form), append(records, p.whole)
		}
	}
	if len(put) > 0 {
		batch.Queue(insertSessions, len(put), ids, runs, started, forms, records).QueryRow(placed(put))
	}
}

// placed gives the members of a group the places that begin behind base.
func placed(put []*putting) func(pgx.Row) error {
	return func(row pgx.Row) error {
		var base int64
		err := row.Scan(&base)
		for i, p := range put {
			p.seq = base + int64(i) + 1
		}
		return err
	}
}
