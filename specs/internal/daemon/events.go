package daemon

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Event is one of the stream of events.
type Event struct{ Name, ID, Data string }

// Events follows a stream, from now on if its path says nothing else, until ctx
// ends or the daemon does, which closes the channel.
func (d *Daemon) Events(ctx context.Context, path string) <-chan Event {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+d.HTTP+path, nil)
	Expect(err).NotTo(HaveOccurred())
	answer, err := d.client.Do(r)
	Expect(err).NotTo(HaveOccurred())
	Expect(answer.StatusCode).To(Equal(http.StatusOK))
	lines := bufio.NewReader(answer.Body)
	_, err = nextEvent(lines) // it says where the stream begins
	Expect(err).NotTo(HaveOccurred())
	events := make(chan Event, 1000)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		for {
			e, err := nextEvent(lines)
			if err != nil {
				return
			}
			if e.Name != "" {
				events <- e
			}
		}
	}()
	return events
}

// nextEvent reads up to the next blank line.
func nextEvent(lines *bufio.Reader) (Event, error) {
	var e Event
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return e, io.ErrUnexpectedEOF
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "event":
			e.Name = value
		case "id":
			e.ID = value
		case "data":
			e.Data = value
		case "":
			return e, nil
		}
	}
}
