package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"sort"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// What is written at once, and when it is tried again.
const (
	batchMessages = 500
	batchOctets   = 8 << 20
	faultPause    = 250 * time.Millisecond
)

// write is the goroutine that writes the file of the search.
func (x *index) write() {
	for {
		batch, sweep, err := x.batch()
		if err != nil {
			_, _ = x.insert(batch)
			return
		}
		done, err := x.insert(batch)
		x.written(batch[:done], err)
		if err == nil && sweep {
			err = x.remove()
		}
		if errors.Is(err, store.ErrClosed) || err != nil && x.store.ending.Err() != nil {
			return // what is left is found when the store is opened next
		}
		if err != nil {
			x.store.options.Log.Error("messages could not be made to be found", "store", x.path, "error", err)
			if !x.again() {
				return
			}
		}
	}
}

// again waits before what has failed is tried again, and says whether it is to
// be.
func (x *index) again() bool {
	select {
	case <-time.After(faultPause):
		return true
	case <-x.quit:
		return false
	}
}

// batch returns the next messages to be written, when the index does not rest,
// and whether deleted ones are to be removed. With an error it is what was
// digested before the end.
func (x *index) batch() (batch []*pending, sweep bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for !x.ended() && (len(x.tail) == 0 && !x.unswept || x.rests(time.Now())) {
		x.pause()
	}
	if x.ended() {
		batch = x.first()
		return batch[:sort.Search(len(batch), func(i int) bool { return batch[i].mail.Seq > x.made })], false, store.ErrClosed
	}
	sweep, x.unswept = x.unswept, false
	return x.first(), sweep, nil
}

// first returns the beginning of the tail as far as it is written at once.
func (x *index) first() []*pending {
	octets := 0
	for i, p := range x.tail {
		if octets += p.octets; i == batchMessages || i > 0 && octets > batchOctets {
			return x.tail[:i]
		}
	}
	return x.tail
}

// written takes note of a batch that is in the file, or why it is not.
func (x *index) written(batch []*pending, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fault = err
	if len(batch) > 0 {
		for _, p := range batch {
			x.octets -= p.octets
			delete(x.open, p.mail.ID)
		}
		x.upto = batch[len(batch)-1].mail.Seq
		x.tail = append([]*pending(nil), x.tail[len(batch):]...)
	}
	x.wake()
}

// insert writes messages into the file and returns how many. It stops at one
// that cannot be read.
func (x *index) insert(batch []*pending) (done int, err error) {
	var messages []*store.Indexed
	for done < len(batch) && err == nil {
		var e *store.Indexed
		if e, err = batch[done].indexed(x.store); err != nil {
			break
		}
		if done++; e != nil { // it is not deleted
			messages = append(messages, e)
		}
	}
	if done == 0 {
		return 0, err
	}
	if err := x.insertAll(messages, batch[0].mail.Seq, batch[done-1].mail.Seq); err != nil {
		return 0, fault(x.path, err)
	}
	return done, err
}

// insertAll writes the messages that there are of those from first to last.
func (x *index) insertAll(messages []*store.Indexed, first, last int64) error {
	tx, err := x.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	digest, err := tx.Prepare("INSERT INTO digest (seq, files, embedded, lint, short, rest) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	into, err := current(tx, first)
	if err != nil {
		return err
	}
	words, err := tx.Prepare(insertWords(into.table()))
	if err != nil {
		return err
	}
	for _, e := range messages {
		d := e.Digest
		if _, err := digest.Exec(e.Seq, len(d.Files), len(d.Embedded), lines(d.Lint), packDigest(d), packRest(d)); err != nil {
			return err
		}
		if _, err := words.Exec(wordsOf(e)...); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("UPDATE shard SET messages = messages + ? WHERE number = ?", len(messages), into.number); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE state SET upto = ?", last); err != nil {
		return err
	}
	return tx.Commit()
}

// lines is a line feed, then each of the strings with one behind it.
func lines(all []string) string {
	return "\n" + strings.Join(append(all[:len(all):len(all)], ""), "\n")
}

// wordsOf is a row of the table words: its number, the words of each column,
// and the word that stands for the run.
func wordsOf(e *store.Indexed) []any {
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
