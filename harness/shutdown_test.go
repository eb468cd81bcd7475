package harness_test

import (
	"bufio"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// A client has a second to read its 421. Shutdown waits for it to hang up, and
// no longer.
func TestShutdownWaitsForTheReadersOfIts421(t *testing.T) {
	for _, reads := range []time.Duration{0, 900 * time.Millisecond, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			srv := harness.NewServer(t, harness.InMemory())
			conn, err := srv.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			replies := bufio.NewScanner(conn)
			replies.Scan()
			began, took := time.Now(), make(chan time.Duration, 1)
			go func() {
				if err := srv.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				took <- time.Since(began)
			}()
			if replies.Scan(); replies.Text()[:3] != "421" {
				t.Errorf("the client was told %q", replies.Text())
			}
			time.AfterFunc(reads, func() { conn.Close() })
			if got, want := <-took, min(reads, time.Second); got != want {
				t.Errorf("Shutdown took %v with a client that reads for %v", got, reads)
			}
		})
	}
}
