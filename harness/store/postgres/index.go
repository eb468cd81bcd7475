package postgres

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/smtpspec/smtpspec/harness/store"
)

// indexBatch is how many messages are indexed in one transaction.
const indexBatch = 64

// staleAfter is how old an unindexed message is that another node has left
// behind; sweepEvery how often a node looks for such ones.
const (
	staleAfter = 5 * time.Second
	sweepEvery = 2 * time.Second
)

// updateIndex writes the digests of messages that have none yet. The rows are
// locked in their order, so that nodes that index the same ones do not wait for
// each other in a circle.
const updateIndex = `
with mine as (
	select seq from messages where seq = any($1) and not indexed order by seq for update
)
update messages m set indexed = true, digest = t.digest, texts = t.texts, words = t.words::tsvector, inexact = t.inexact,
	files = t.files, embedded = t.embedded, lint = t.lint::text[], fields = t.fields::text[]
from mine, unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::text[], $5::bool[], $6::bool[], $7::bool[], $8::text[], $9::text[])
	as t (seq, digest, texts, words, inexact, files, embedded, lint, fields)
where m.seq = mine.seq and t.seq = mine.seq`

// indexBacklog indexes what this node has taken, and what others left behind.
func (s *Store) indexBacklog() {
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.backlog.more:
			s.indexOwn()
		case <-sweep.C:
			s.report("indexing what was left behind", s.indexStale())
		}
	}
}

func (s *Store) indexOwn() {
	for batch := s.backlog.next(indexBatch); len(batch) > 0 && s.ctx.Err() == nil; batch = s.backlog.next(indexBatch) {
		s.report("indexing", s.index(s.ctx, batch))
	}
}

// indexStale indexes what nobody else will: the messages of nodes that ended,
// and those that the backlog had no room for.
func (s *Store) indexStale() error {
	for {
		batch, err := s.unindexed(s.ctx, `taken < now() - $1::interval`, staleAfter)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := s.index(s.ctx, batch); err != nil {
			return err
		}
	}
}

// maxTail is how many places a search looks at without the index. Beyond them
// it has to be made first.
const maxTail = 4096

// settle returns the place of what happened last, which no Put that has returned
// is behind of, and one at most maxTail before it up to which every message is
// indexed.
func (s *Store) settle(ctx context.Context) (place, last int64, err error) {
	const query = `select seq, coalesce((select min(seq) - 1 from messages where not indexed), seq) from state`
	if err := s.pool.QueryRow(ctx, query).Scan(&last, &place); err != nil {
		return 0, 0, err
	}
	for place < last-maxTail {
		batch, err := s.unindexed(ctx, `seq <= $1`, last)
		if len(batch) == 0 || err != nil {
			return last, last, err
		}
		if err := s.index(ctx, batch); err != nil {
			return 0, 0, err
		}
		if err := s.pool.QueryRow(ctx, query).Scan(nil, &place); err != nil {
			return 0, 0, err
		}
	}
	return min(place, last), last, nil
}

// unindexed returns the first messages without an index, of those that the
// condition is for.
func (s *Store) unindexed(ctx context.Context, condition string, arg any) ([]*pending, error) {
	rows, err := s.pool.Query(ctx, `select `+columns+` from messages where not indexed and `+condition+` order by seq limit `+strconv.Itoa(indexBatch), arg)
	if err != nil {
		return nil, err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	batch := make([]*pending, len(entries))
	for i, e := range entries {
		batch[i] = s.pendingOf(&e.Mail)
	}
	return batch, err
}

// pendingOf returns the message as this node took it, or as the database has it.
func (s *Store) pendingOf(m *store.Mail) *pending {
	if p := s.backlog.find(m.Seq); p != nil {
		return p
	}
	return &pending{seq: m.Seq, mail: m}
}

// index makes the digests of some messages and writes them. They leave the
// backlog, whatever comes: what could not be written is found unindexed.
func (s *Store) index(ctx context.Context, batch []*pending) error {
	defer s.backlog.drop(batch)
	err := s.indexTogether(ctx, batch, false)
	if !ofItsContent(err) {
		return err
	}
	for _, p := range batch {
		alone := []*pending{p}
		if err = s.indexTogether(ctx, alone, false); ofItsContent(err) {
			s.report("indexing "+string(p.mail.ID)+", which searches look at without an index now", err)
			err = s.indexTogether(ctx, alone, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// indexTogether does so in one transaction; without words, if the database does
// not take those.
func (s *Store) indexTogether(ctx context.Context, batch []*pending, wordless bool) error {
	var r indexRows
	for _, p := range batch {
		d, err := s.digest(ctx, p)
		if err == nil {
			err = r.add(p, d, wordless)
		}
		if err != nil {
			return err
		}
	}
	// The index can be made again, so nobody waits for the disk.
	var b pgx.Batch
	b.Queue(`select set_config('synchronous_commit', 'off', true)`)
	b.Queue(updateIndex, r.seqs, r.digests, r.texts, r.words, r.inexact, r.files, r.embedded, r.lint, r.fields)
	return s.pool.SendBatch(ctx, &b).Close()
}

// digest makes the digest of a message, or returns the one that was made.
func (s *Store) digest(ctx context.Context, p *pending) (*store.Digest, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.digest != nil {
		return p.digest, nil
	}
	raw, err := s.rawOf(ctx, p)
	if err != nil {
		return nil, err
	}
	p.digest = s.options.Digester.Of(p.mail, raw)
	return p.digest, nil
}

func (s *Store) rawOf(ctx context.Context, p *pending) (store.Raw, error) {
	if p.raw != nil {
		return p.raw, nil
	}
	rows, err := s.pool.Query(ctx, `select data from pieces where id = $1 order by n`, key(string(p.mail.ID)))
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 0, p.mail.Size)
	var piece pgtype.DriverBytes
	_, err = pgx.ForEachRow(rows, []any{&piece}, func() error {
		raw = append(raw, piece...)
		return nil
	})
	return store.Octets(raw), err
}

// indexRows are the columns of updateIndex.
type indexRows struct {
	seqs                     []int64
	digests, texts           [][]byte
	words, lint, fields      []string
	inexact, files, embedded []bool
}

func (r *indexRows) add(p *pending, d *store.Digest, wordless bool) error {
	short, texts, err := digestJSON(d)
	if err != nil {
		return err
	}
	words, inexact := markWords, true
	if !wordless {
		words, inexact = vectorOf(&store.Entry{Mail: *p.mail, Digest: d})
	}
	r.seqs, r.digests, r.texts = append(r.seqs, p.seq), append(r.digests, short), append(r.texts, texts)
	r.words, r.inexact = append(r.words, words), append(r.inexact, inexact)
	r.files, r.embedded = append(r.files, len(d.Files) > 0), append(r.embedded, len(d.Embedded) > 0)
	r.lint, r.fields = append(r.lint, arrayText(escapedAll(d.Lint))), append(r.fields, arrayText(fieldKeys(d)))
	return nil
}

// fieldKeys returns the names of the fields, folded, each once.
func fieldKeys(d *store.Digest) []string {
	names := make([]string, len(d.Fields))
	for i, f := range d.Fields {
		names[i] = folded(f.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
