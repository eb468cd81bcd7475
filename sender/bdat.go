package sender

import (
	"context"
	"fmt"
)

// Bdat returns where the message goes in chunks with BDAT (RFC 3030), each with
// a reply of its own. The context holds until Close. The error, an *Error,
// matches ErrNotOffered without CHUNKING.
func (c *Client) Bdat(ctx context.Context) (*DataWriter, error) {
	cmd := command{step: StepBdat}
	if err := c.mayCarry(cmd); err != nil {
		return nil, err
	}
	if err := c.offered("CHUNKING", "for BDAT"); err != nil {
		return nil, c.errorAt(cmd, err)
	}
	return c.openChunks(ctx), nil
}

func (c *Client) openChunks(ctx context.Context) *DataWriter {
	w := c.newWriter(ctx)
	w.lines.flush = w.chunk
	return w
}

// chunk sends one chunk and reads its reply, of LMTP's last chunk its replies.
func (w *DataWriter) chunk(p []byte, last bool) error {
	cmd := command{step: StepBdat, line: fmt.Sprintf("BDAT %d", len(p)), chunk: p}
	if !last {
		return w.middle(cmd)
	}
	cmd.line += " LAST"
	cmd.step = StepFinal
	cmds := []command{cmd}
	for len(cmds) < w.expected() {
		cmds = append(cmds, command{step: StepFinal})
	}
	replies, err := w.c.flight(w.ctx, cmds...)
	w.sent += int64(len(p))
	w.last = replies
	if len(replies) > 0 {
		return nil
	}
	return err
}

func (w *DataWriter) middle(cmd command) error {
	r, err := w.c.roundTrip(w.ctx, cmd)
	if err == nil {
		w.sent += int64(len(cmd.chunk))
		err = w.c.want(cmd, r)
	}
	return err
}
