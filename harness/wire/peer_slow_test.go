package wire

import (
	"testing"
	"time"
)

func TestPeerReadsSlowly(t *testing.T) {
	var took, quick time.Duration
	play(t, func(p *Peer) error {
		began := time.Now()
		p.ReadSlowly(4, time.Second)
		if _, err := p.ReadLine(); err != nil {
			return err
		}
		took = time.Since(began)
		p.ReadSlowly(0, 0)
		_, err := p.ReadLine()
		quick = time.Since(began) - took
		return err
	}, "NOOP 7890\r\nQUIT\r\n")
	if took != 3*time.Second || quick != 0 {
		t.Errorf("a line of 11 octets took %v, the next one %v", took, quick)
	}
}
