//go:build !race

// The race detector makes sync.Pool drop objects at random.

package wire

import (
	"testing"
	"time"
)

func TestMemoryConnAllocatesNothing(t *testing.T) {
	client, server := dialMemory(t, NewMemory(testName))
	line, reply := make([]byte, 40), make([]byte, 512)
	deadline := time.Now().Add(time.Hour)
	allocs := testing.AllocsPerRun(1000, func() {
		client.SetDeadline(deadline)
		client.Write(line)
		server.Read(reply)
	})
	if allocs != 0 {
		t.Errorf("%v allocations for a line", allocs)
	}
}
