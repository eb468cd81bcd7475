package daemon

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
)

// Load sends messages that all differ, and knows those that had their 250.
type Load struct {
	name   string
	random *rand.Rand

	mu      sync.Mutex // guards what follows
	sent    int
	taken   map[string]string // octets by ID
	aimAt   int
	reached chan struct{} // closed when aimAt messages are taken
}

// NewLoad returns a load whose messages have a name in their subject. They are
// the same for the same seed of the suite.
func NewLoad(name string) *Load {
	seed := uint64(GinkgoRandomSeed())
	return &Load{name: name, random: rand.New(rand.NewPCG(seed, seed)), taken: map[string]string{}, reached: make(chan struct{})}
}

// Flow sends over several connections until the server is gone. The first
// channel is closed when as many messages as asked for were taken since, the
// second when all connections have ended.
func (l *Load) Flow(addr string, connections, n int) (reached, ended <-chan struct{}) {
	l.mu.Lock()
	l.aimAt, l.reached = len(l.taken)+n, make(chan struct{})
	reached = l.reached
	l.mu.Unlock()
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for m := mailer(addr); l.send(m) == nil; {
			}
		})
	}
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	return reached, over
}

// Send sends n messages one after the other, which have to be taken.
func (l *Load) Send(addr string, n int) {
	GinkgoHelper()
	m := mailer(addr)
	for range n {
		Expect(l.send(m)).To(Succeed())
	}
	Expect(m.Close()).To(Succeed())
}

// Taken returns the octets of what had its 250, by ID.
func (l *Load) Taken() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := map[string]string{}
	for id, raw := range l.taken {
		taken[id] = raw
	}
	return taken
}

// Sent returns how many messages were begun.
func (l *Load) Sent() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent
}

func mailer(addr string) *sender.Mailer {
	return &sender.Mailer{Addr: addr, Options: sender.Options{Security: sender.Plain, Hello: "client.example.mn", Timeout: patience}}
}

func (l *Load) send(m *sender.Mailer) error {
	raw := l.next()
	envelope := sender.Envelope{From: "shop@example.mn", To: []sender.Recipient{{Address: "bat@example.com"}}}
	result, err := m.Send(context.Background(), envelope, []byte(raw))
	if err == nil {
		err = l.took(result.Final, raw)
	}
	return err
}

// next makes a message of some octets, or, one in ten, of many.
func (l *Load) next() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	lines := 1 + l.random.IntN(60)
	if l.random.IntN(10) == 0 {
		lines *= 40
	}
	body := strings.Repeat(fmt.Sprintf("..line of number %d\r\n", l.sent), lines)
	return fmt.Sprintf("Subject: %s %d\r\nX-Number: %d\r\n\r\n.\r\n%send\r\n", l.name, l.sent, l.sent, body)
}

func (l *Load) took(final sender.Reply, raw string) error {
	id, err := QueuedAs(final)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken[id] != "" {
		return fmt.Errorf("the ID %s was given twice", id)
	}
	l.taken[id] = raw
	if len(l.taken) == l.aimAt {
		close(l.reached)
	}
	return nil
}

// QueuedAs returns the ID that a server gave a message.
func QueuedAs(final sender.Reply) (string, error) {
	_, id, is := strings.Cut(final.Text(), "queued as ")
	if final.Code != 250 || !is || id == "" {
		return "", fmt.Errorf("no message was queued: %s", final)
	}
	return id, nil
}
