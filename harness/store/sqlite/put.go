package sqlite

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// A message is kept in pieces of so many octets; one has fewer than maxPieces.
const (
	pieceSize = 256 << 10
	maxPieces = 1 << 20
)

// delivery is a message that waits to be put.
type delivery struct {
	mail  store.Mail
	raw   store.Raw
	facts []byte
	codes string
	state atomic.Int32 // waiting, taken or left
	done  chan error
}

const (
	waiting int32 = iota
	taken         // the writer has it: it will be committed, or fail
	left          // who put it has gone before that
)

// Put commits a message together with those that wait at the same time. While
// it waits for its turn it heeds ctx. An error is a record.Reply, unless it is
// that of ctx or store.ErrClosed.
func (s *Store) Put(ctx context.Context, m *store.Mail, raw store.Raw) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if most := s.options.Retention.Bytes; most > 0 && int64(raw.Size()) > most {
		return record.NewReply(452, "4.3.1 Message larger than the mailbox")
	}
	d := &delivery{mail: *m, raw: raw, facts: packMail(m), codes: codesText(m.Codes()), done: make(chan error, 1)}
	d.mail.Size = raw.Size()
	select {
	case s.write.puts <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := d.wait(ctx)
	if err == nil {
		m.Seq = d.mail.Seq
	}
	return err
}

func (d *delivery) wait(ctx context.Context) error {
	select {
	case err := <-d.done:
		return err
	case <-ctx.Done():
		if d.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		return <-d.done
	}
}

// codesText is " 250 550 ".
func codesText(codes []int) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, code := range codes {
		b.WriteString(strconv.Itoa(code) + " ")
	}
	return b.String()
}

// deliver commits a message with those that wait behind it, and answers all.
func (w *writer) deliver(first *delivery) {
	group := w.group(first)
	err := w.putAll(group)
	if err == nil || len(group) == 1 {
		w.answer(group, err)
		return
	}
	for i := range group { // one of them may be what fails
		w.answer(group[i:i+1], w.putAll(group[i:i+1]))
	}
}

func (w *writer) group(first *delivery) []*delivery {
	var group []*delivery
	octets := 0
	for d := first; ; {
		if d.state.CompareAndSwap(waiting, taken) {
			group = append(group, d)
			octets += d.mail.Size
		}
		if len(group) == groupMessages || octets >= groupOctets {
			return group
		}
		select {
		case d = <-w.puts:
		default:
			return group
		}
	}
}

func (w *writer) putAll(group []*delivery) error {
	if len(group) == 0 {
		return nil
	}
	return w.commit(func(c *change) error {
		for _, d := range group {
			if err := c.put(d); err != nil {
				return err
			}
		}
		return c.evict(batch)
	})
}

func (w *writer) answer(group []*delivery, err error) {
	for _, d := range group {
		if err == nil {
			d.done <- nil
			continue
		}
		w.store.options.Log.Error("a message could not be kept", "store", w.store.path, "id", d.mail.ID, "error", err)
		d.done <- reply(err)
	}
}

func (c *change) put(d *delivery) error {
	if d.mail.Size >= pieceSize*maxPieces {
		return fmt.Errorf("a message of %d octets", d.mail.Size)
	}
	m := &d.mail
	if err := c.openRun(m.Opens); err != nil {
		return err
	}
	m.Seq = c.next()
	_, err := c.plain("INSERT INTO mail (seq, id, session, run, at, size, tls, auth, mechanism, codes, facts)"+
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", m.Seq, string(m.ID), string(m.Session), m.Run, nanos(m.At), m.Size,
		m.Facts.TLS, fold(m.Facts.Auth), fold(m.Facts.Mechanism), d.codes, d.facts)
	if err != nil {
		return err
	}
	place := m.Seq * maxPieces
	content, piece := d.raw.Stream(), make([]byte, min(m.Size, pieceSize))
	for left := m.Size; left > 0; place++ {
		n, err := io.ReadFull(content, piece[:min(left, pieceSize)])
		if err != nil {
			return err
		}
		if _, err := c.plain("INSERT INTO piece (place, octets) VALUES (?, ?)", place, piece[:n]); err != nil {
			return err
		}
		left -= n
	}
	c.now.messages++
	c.now.unread++
	c.now.bytes += int64(m.Size)
	c.happened(m.Seq, store.NewMessage, m.Run, m.ID)
	kept := *m
	kept.Opens = nil
	c.news = append(c.news, &pending{mail: kept, raw: d.raw})
	return nil
}
