package main

import (
	"context"
	"fmt"
	"time"
)

// waits measures from a message's 250 to the answer of a wait that was open by
// then, in a store of so many messages. An answer that is there before the 250
// is one of 0.
func (b *bench) waits(ctx context.Context, d *daemon, stored int) (string, error) {
	c, err := dial(d.smtp)
	if err != nil {
		return "", err
	}
	defer c.quit()
	var took []time.Duration
	for i := range b.of(100, 300) {
		one, err := waitOnce(ctx, d, c, fmt.Sprintf("wanted%dof%dx", i, stored)) // which nothing in the store has
		if err != nil {
			return "", err
		}
		took = append(took, one)
	}
	return spread(took), nil
}

func waitOnce(ctx context.Context, d *daemon, c *client, word string) (time.Duration, error) {
	const opening = 20 * time.Millisecond // until the wait is surely open
	answered, failed := make(chan time.Time, 1), make(chan error, 1)
	go func() {
		err := d.get(ctx, "/api/wait?timeout=30s&q="+word, nil)
		answered <- time.Now()
		failed <- err
	}()
	time.Sleep(opening)
	if err := c.send(append([]byte("Subject: "+word+"\r\n"), text(0)...)); err != nil {
		return 0, err
	}
	kept := time.Now()
	return max(0, (<-answered).Sub(kept)), <-failed
}
