package daemon

import (
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ExpectWhole expects every message under its ID, octet for octet.
func (d *Daemon) ExpectWhole(messages map[string]string) {
	GinkgoHelper()
	type message struct{ id, raw string }
	queue := make(chan message)
	faults := make(chan error, len(messages))
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for m := range queue {
				if err := d.whole(m.id, m.raw); err != nil {
					faults <- err
				}
			}
		})
	}
	for id, raw := range messages {
		queue <- message{id, raw}
	}
	close(queue)
	readers.Wait()
	close(faults)
	var all []error
	for err := range faults {
		all = append(all, err)
	}
	Expect(all).To(BeEmpty())
}

func (d *Daemon) whole(id, raw string) error {
	status, text, err := d.Request("GET", "/api/messages/"+id+"/raw", "")
	switch {
	case err != nil:
		return err
	case status != 200:
		return fmt.Errorf("%s: %d %s", id, status, text)
	case text != raw:
		return fmt.Errorf("%s: %d octets came, %d are there, and they differ", id, len(raw), len(text))
	}
	return nil
}
