package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// write is the goroutine that writes the file of the search.
func (x *index) write() {
	for {
		batch, sweep, err := x.batch()
		if err != nil {
			_ = x.insert(batch)
			return
		}
		err = x.insert(batch)
		x.written(batch, err)
		if err == nil && sweep {
			err = x.remove()
		}
		if err != nil && !errors.Is(err, store.ErrClosed) {
			x.store.options.Log.Error("messages could not be made to be found", "store", x.path, "error", err)
			if !x.rest() {
				return
			}
		}
	}
}

// rest waits before what has failed is tried again, and says whether it is to
// be.
func (x *index) rest() bool {
	select {
	case <-time.After(faultPause):
		return true
	case <-x.quit:
		return false
	}
}

// batch returns what is ready, when it is much, or somebody waits for it, or
// nothing comes any more. With an error it is what is left at the end.
func (x *index) batch() (batch []*pending, sweep bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for !x.due() {
		count := len(x.ready)
		var pause <-chan time.Time
		if count > 0 || x.unswept {
			pause = time.After(quiet)
		}
		rested, err := x.pause(pause)
		if err != nil {
			return x.ready, false, err
		}
		if rested && len(x.ready) == count {
			break
		}
	}
	sweep, x.unswept = x.unswept, false
	return x.ready[:min(len(x.ready), batchMessages)], sweep, nil
}

// due says that what is ready is to be written now.
func (x *index) due() bool {
	return len(x.ready) >= batchMessages || x.weight >= batchOctets || len(x.ready) > 0 && x.upto < x.wanted
}

// pause is sleep, until a time that it tells of.
func (x *index) pause(enough <-chan time.Time) (rested bool, err error) {
	changed := x.changed
	x.mu.Unlock()
	defer x.mu.Lock()
	select {
	case <-changed:
		return false, nil
	case <-enough:
		return true, nil
	case <-x.quit:
		return false, store.ErrClosed
	}
}

// written takes note of a batch that is in the search, or why it is not.
func (x *index) written(batch []*pending, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fault = err
	if err == nil && len(batch) > 0 {
		for _, p := range batch {
			x.weight -= p.mail.Size
			delete(x.open, p.mail.ID)
		}
		x.upto = max(x.upto, batch[len(batch)-1].mail.Seq)
		x.ready = append([]*pending(nil), x.ready[len(batch):]...)
	}
	x.wake()
}

// insert writes messages into the search.
func (x *index) insert(batch []*pending) error {
	if len(batch) == 0 {
		return nil
	}
	ctx := context.Background()
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return fault(x.path, err)
	}
	defer tx.Rollback()
	digest, err := tx.Prepare("INSERT INTO digest (seq, files, embedded, lint, short, rest) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return fault(x.path, err)
	}
	into, err := current(tx, batch[0].mail.Seq)
	if err != nil {
		return fault(x.path, err)
	}
	words, err := tx.Prepare(insertWords(into.table()))
	if err != nil {
		return fault(x.path, err)
	}
	for _, p := range batch {
		d := p.digest
		if d == nil { // it was deleted before it was read
			continue
		}
		_, err := digest.Exec(p.mail.Seq, len(d.Files), len(d.Embedded), lines(d.Lint), packDigest(d), packRest(d))
		if err != nil {
			return fault(x.path, err)
		}
		if _, err := words.Exec(wordsOf(p.entry())...); err != nil {
			return fault(x.path, err)
		}
	}
	if _, err := tx.Exec("UPDATE shard SET messages = messages + ? WHERE number = ?", len(batch), into.number); err != nil {
		return fault(x.path, err)
	}
	if _, err := tx.Exec("UPDATE state SET upto = ?", batch[len(batch)-1].mail.Seq); err != nil {
		return fault(x.path, err)
	}
	if err := tx.Commit(); err != nil {
		return fault(x.path, err)
	}
	return nil
}

// lines is a line feed, then each of the strings with one behind it.
func lines(all []string) string {
	return "\n" + strings.Join(append(all[:len(all):len(all)], ""), "\n")
}

// wordsOf is a row of the table words: its number, the words of each column,
// and the word that stands for the run.
func wordsOf(e *store.Entry) []any {
	row := []any{e.Seq}
	for _, c := range store.Columns() {
		row = append(row, e.WordText(c))
	}
	if e.Run == "" {
		return append(row, "")
	}
	return append(row, runWord(e.Run))
}

// runWord is the word that stands for a run. No word of a message has its
// first character.
func runWord(run string) string { return "_" + hex.EncodeToString([]byte(run)) }

// sweepMessages is how many deleted messages are removed from the search at
// once.
const sweepMessages = 500

// remove removes deleted messages from the search.
func (x *index) remove() error {
	for {
		gone, err := x.deleted()
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := x.drop(gone); err != nil {
			return err
		}
		err = x.store.write.change(context.Background(), func(c *change) error {
			for _, seq := range gone {
				if _, err := c.plain("DELETE FROM gone WHERE seq = ?", seq); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(gone) < sweepMessages {
			return err
		}
	}
}

func (x *index) deleted() (gone []int64, err error) {
	ctx, leave, err := x.store.reading(context.Background())
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := x.store.read.QueryContext(ctx,
		"SELECT seq FROM gone WHERE seq <= (SELECT upto FROM search.state) LIMIT ?", sweepMessages)
	if err != nil {
		return nil, x.store.known(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		gone = append(gone, seq)
	}
	return gone, x.store.known(ctx, rows.Err())
}

func (x *index) drop(gone []int64) error {
	tx, err := x.db.Begin()
	if err != nil {
		return fault(x.path, err)
	}
	defer tx.Rollback()
	for _, seq := range gone {
		if _, err := tx.Exec("DELETE FROM digest WHERE seq = ?", seq); err != nil {
			return fault(x.path, err)
		}
	}
	if err := removeWords(tx, gone); err != nil {
		return fault(x.path, err)
	}
	if err := tx.Commit(); err != nil {
		return fault(x.path, err)
	}
	return nil
}
