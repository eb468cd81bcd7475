package sender

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// DataWriter takes the octets of a message. Line ends become CRLF, dots are
// stuffed, and the end is marked by Close, which returns what the server says
// to the message. A NUL, a line of more than 998 octets, or an 8-bit octet
// without BODY=8BITMIME fails the Write and gives the message up: there is no
// taking back what was sent, so the connection is closed before its end.
type DataWriter struct {
	c       *Client
	ctx     context.Context
	release func()
	lines   lineWriter
	sent    int64
	final   chan outcome // of DATA; nil for BDAT
	ended   atomic.Bool  // the last block is on its way
	ahead   bool         // the server has said something behind 354 already
	early   *outcome     // the server's replies, if they came too soon
	last    []Reply      // of BDAT LAST
	closed  bool
	err     error
}

// outcome are the replies to a message, or why there are fewer.
type outcome struct {
	replies []Reply
	err     error
}

// Data sends DATA and returns where the message goes once the server has said
// 354. The context holds until Close. The error is an *Error.
func (c *Client) Data(ctx context.Context) (*DataWriter, error) {
	cmd := command{step: StepData, line: "DATA"}
	if err := c.mayCarry(cmd); err != nil {
		return nil, err
	}
	if c.tx.opts.Body == Binary {
		return nil, c.errorAt(cmd, problem(ErrSequence, "BODY=BINARYMIME goes by BDAT"))
	}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return nil, err
	}
	c.tx.result.Data = r
	if err := c.wantCode(cmd, r, 354); err != nil {
		return nil, err
	}
	return c.openData(ctx), nil
}

func (c *Client) mayCarry(cmd command) error {
	if c.tx == nil || len(c.tx.accepted) == 0 || c.data != nil {
		return c.errorAt(cmd, problem(ErrSequence, "a message without an accepted recipient"))
	}
	return nil
}

// openData begins the message. The replies are read from a goroutine that lives
// until the final one: a server may answer before the end, and then it need not
// read on (RFC 5321 §4.2).
func (c *Client) openData(ctx context.Context) *DataWriter {
	w := c.newWriter(ctx)
	w.lines.stuff = true
	w.lines.flush = w.block
	w.final = make(chan outcome, 1)
	w.release = c.deadlines.watch(ctx)
	w.ahead = c.replies.br.Buffered() > 0
	c.deadlines.waitRead()
	go w.listen(w.expected())
	return w
}

func (c *Client) newWriter(ctx context.Context) *DataWriter {
	o := c.tx.opts
	w := &DataWriter{c: c, ctx: ctx, release: func() {}}
	w.lines.eightBit = o.Body == EightBit || o.UTF8
	w.lines.binary = o.Body == Binary
	w.lines.buf = c.block[:0]
	c.data = w
	return w
}

// expected is the number of final replies (RFC 2033 §4.2).
func (w *DataWriter) expected() int {
	if w.c.opts.LMTP {
		return len(w.c.tx.accepted)
	}
	return 1
}

func (w *DataWriter) listen(n int) {
	var o outcome
	for len(o.replies) < n {
		r, err := w.c.replies.read()
		if err != nil {
			o.err = err
			break
		}
		o.replies = append(o.replies, r)
		if r.Code == 421 || !w.ended.Load() {
			break
		}
		w.c.deadlines.armRead(w.c.opts.timeout(StepFinal))
	}
	w.c.deadlines.stopWrites()
	w.final <- o
}

// block sends a block of the message. It stops when the server has spoken.
func (w *DataWriter) block(p []byte, last bool) error {
	if w.ahead {
		w.c.deadlines.armRead(w.c.opts.timeout(StepBlock))
		o := <-w.final
		w.early = &o
		return errEarly
	}
	if last {
		w.ended.Store(true)
	} else if w.answered() {
		return errEarly
	}
	w.c.deadlines.armWrite(w.c.opts.timeout(StepBlock))
	n, err := w.c.conn.Write(p)
	w.sent += int64(n)
	return err
}

var errEarly = &ProtocolError{"the server answered before the end of the message", ""}

func (w *DataWriter) answered() bool {
	select {
	case o := <-w.final:
		w.early = &o
		return true
	default:
		return false
	}
}

// Write takes the next octets of the message. After an error, Close returns the
// same error.
func (w *DataWriter) Write(p []byte) (int, error) {
	if w.closed {
		return 0, w.c.errorAt(command{step: StepBlock}, ErrClosed)
	}
	n, err := w.lines.Write(p)
	if err != nil {
		w.give(w.failed(err))
		return n, w.err
	}
	return n, nil
}

// Close ends the message and waits for the final reply. Nil means that the
// server took the message for every accepted recipient. The error is an *Error;
// with LMTP, where recipients can differ, it may be a *SendError.
func (w *DataWriter) Close() error {
	if w.closed {
		return w.err
	}
	result := w.Result()
	if err := w.finish(); err != nil {
		return err
	}
	if w.c.opts.LMTP && len(w.c.failedAtEnd(result)) > 0 {
		w.err = &SendError{Result: result}
	}
	return w.err
}

func (c *Client) failedAtEnd(r *Result) (failed []int) {
	for i, rcpt := range r.Recipients {
		if !rcpt.Delivered && rcpt.Reply.OK() {
			failed = append(failed, i)
		}
	}
	return failed
}

// Result returns the transaction's result; it is complete after Close.
func (w *DataWriter) Result() *Result { return w.c.last }

// finish ends the message and notes the replies. Its error is what failed for
// all recipients.
func (w *DataWriter) finish() error {
	if w.closed {
		return w.err
	}
	if err := w.lines.end(); err != nil {
		w.give(w.failed(err))
		return w.err
	}
	w.c.trace(StepFinal, "C", fmt.Sprintf("(%d octets)", w.sent))
	o := outcome{replies: w.last}
	if w.final != nil {
		w.c.deadlines.armRead(w.c.opts.timeout(StepFinal))
		o = <-w.final
		w.c.deadlines.allowWrites()
	}
	w.give(w.c.settle(w.ctx, o))
	return w.err
}

// give ends the writer with err. After a refused chunk the transaction is still
// there until RSET (RFC 3030 §2).
func (w *DataWriter) give(err error) {
	w.closed = true
	w.err = err
	w.release()
	w.c.data = nil
	w.c.block = w.lines.buf
	if err == nil || w.final != nil {
		w.c.tx = nil
	}
}

// graceForReply is how long to look for the reply of a server that closed the
// connection or stopped reading in the middle of a message.
const graceForReply = time.Second

// failed is the error of a message that cannot be completed: what the server
// said, if it did, is a better reason than the broken connection.
func (w *DataWriter) failed(err error) error {
	c := w.c
	cmd := command{step: StepBlock}
	if _, ok := err.(*Error); ok {
		return err
	}
	w.collect(err)
	c.breakOff(err)
	if w.early != nil && len(w.early.replies) > 0 {
		r := w.early.replies[0]
		c.traceReply(StepBlock, r)
		e := c.errorAt(cmd, nil)
		e.Reply = r
		if r.Code/100 < 4 {
			e.Err = errEarly
		}
		return e
	}
	if w.early != nil && w.early.err != nil && !isContent(err) && !errors.Is(w.early.err, os.ErrDeadlineExceeded) {
		err = w.early.err
	}
	return c.failure(w.ctx, cmd, err)
}

// collect waits for the listener; content that was refused on this side leaves
// nothing to listen for.
func (w *DataWriter) collect(err error) {
	if w.early != nil || w.final == nil {
		return
	}
	if isContent(err) {
		w.c.breakOff(err)
	}
	w.c.deadlines.armRead(graceForReply)
	o := <-w.final
	w.early = &o
}

// abort gives the message up without its end.
func (w *DataWriter) abort() {
	err := w.c.errorAt(command{step: StepBlock}, ErrClosed)
	w.c.breakOff(ErrClosed)
	if w.final != nil && w.early == nil {
		<-w.final
	}
	w.give(err)
}

// settle applies the final replies to the recipients (RFC 5321 §4.2.5).
func (c *Client) settle(ctx context.Context, o outcome) error {
	cmd := command{step: StepFinal}
	var err error
	if o.err != nil {
		c.breakOff(o.err)
		err = c.failure(ctx, cmd, o.err)
	}
	for i, r := range o.replies {
		c.traceReply(StepFinal, r)
		c.last.Final = r
		if r.Code == 421 {
			c.breakOff(errShutdown)
		}
		if !c.opts.LMTP {
			return c.settleAll(cmd, r)
		}
		rcpt := &c.last.Recipients[c.tx.accepted[i]]
		cmd.recipient = rcpt.Address
		rcpt.settle(r, c.want(cmd, r))
		if r.Code == 421 && err == nil && i+1 < len(c.tx.accepted) {
			err = rcpt.Err
		}
	}
	return err
}

func (c *Client) settleAll(cmd command, r Reply) error {
	err := c.want(cmd, r)
	for _, i := range c.tx.accepted {
		c.last.Recipients[i].settle(r, err)
	}
	return err
}

func (r *RecipientResult) settle(final Reply, err error) {
	r.Final, r.Delivered, r.Err = final, err == nil, err
}
