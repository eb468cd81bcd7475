package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// line is the guest's end of the connection between two processes. Any number
// of goroutines may call at the same time.
type line struct {
	conn    net.Conn
	writing sync.Mutex
	ended   chan struct{} // closed when nothing reads any more

	mu      sync.Mutex // guards what follows
	last    int        // number of the last request
	pending map[int]chan answer
	lost    error // why nothing is answered any more; nil while it is
}

// patience is for answers that need no waiting. A host that takes longer has
// stopped.
const patience = 10 * time.Second

var errOver = errors.New("the test of the scope is over")

// dial calls the host, shows the key, and returns what it said to that.
func dial(to invitation, process int) (*line, *welcome, error) {
	conn, err := net.DialTimeout("tcp", to.addr, patience)
	if err != nil {
		return nil, nil, fmt.Errorf("the shared server cannot be reached: %w", err)
	}
	in := bufio.NewReader(conn)
	w, err := introduce(conn, in, request{ID: 1, Op: opHello, Key: to.key, Process: process})
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("the shared server does not take this process, it was closed or is another one: %w", err)
	}
	l := &line{conn: conn, ended: make(chan struct{}), last: 1, pending: map[int]chan answer{}}
	go l.read(in, w.Longest)
	return l, w, nil
}

func introduce(conn net.Conn, in *bufio.Reader, hello request) (*welcome, error) {
	conn.SetDeadline(time.Now().Add(patience))
	defer conn.SetDeadline(time.Time{})
	text, err := appendLine(hello)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(text); err != nil {
		return nil, err
	}
	a, err := readAnswer(in, maxRequest)
	if err == nil && a.Welcome == nil {
		err = errors.New("it says no welcome")
	}
	return a.Welcome, err
}

func readAnswer(in *bufio.Reader, limit int) (a answer, err error) {
	text, err := readLine(in, limit)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// read hands answers to whoever waits for them. What nobody waits for any more
// is dropped.
func (l *line) read(in *bufio.Reader, limit int) {
	defer close(l.ended)
	for {
		a, err := readAnswer(in, limit)
		if err != nil {
			l.fail(fmt.Errorf("the connection to the shared server is lost: %w", err))
			return
		}
		if waiter := l.forget(a.ID); waiter != nil {
			waiter <- a
		}
	}
}

// fail ends the line for a reason; the first one stands.
func (l *line) fail(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return
	}
	l.lost = why
	l.conn.Close()
	for _, waiter := range l.pending {
		close(waiter)
	}
	l.pending = nil
}

// why returns why nothing is answered any more, nil while it is.
func (l *line) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// close ends the line and returns when nothing of it runs any more.
func (l *line) close() {
	l.fail(errOver)
	<-l.ended
}

// ask is call for what the host can answer at once.
func (l *line) ask(q request) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience,
		fmt.Errorf("the shared server has not answered for %s", patience))
	defer cancel()
	a, err := l.call(ctx, q)
	if err == nil && a.Error != "" {
		err = errors.New(a.Error)
	}
	if err != nil && ctx.Err() != nil {
		l.fail(err)
	}
	return a, err
}

// call sends a request and waits for its answer. The error is why there is
// none: the end of ctx, or of the line.
func (l *line) call(ctx context.Context, q request) (answer, error) {
	id, waiter, err := l.register()
	if err != nil {
		return answer{}, err
	}
	q.ID = id
	if err := l.send(q); err != nil {
		l.forget(id)
		return answer{}, err
	}
	select {
	case a, ok := <-waiter:
		if !ok {
			return answer{}, l.why()
		}
		return a, nil
	case <-ctx.Done():
		l.forget(id)
		if q.Op == opAwait {
			l.takeBack(id)
		}
		return answer{}, context.Cause(ctx)
	}
}

// takeBack tells the host that nobody waits any more.
func (l *line) takeBack(await int) {
	if id, _, err := l.register(); err == nil {
		l.forget(id) // it has no answer
		l.send(request{ID: id, Op: opCancel, Of: await})
	}
}

func (l *line) register() (int, chan answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return 0, nil, l.lost
	}
	l.last++
	waiter := make(chan answer, 1)
	l.pending[l.last] = waiter
	return l.last, waiter, nil
}

func (l *line) forget(id int) chan answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiter := l.pending[id]
	delete(l.pending, id)
	return waiter
}

// send writes a request. One that is too long is refused here and costs the
// connection nothing.
func (l *line) send(q request) error {
	text, err := appendLine(q)
	if err != nil {
		return err
	}
	if len(text) > maxRequest {
		return fmt.Errorf("the request has %d octets, %d at most go to another process", len(text), maxRequest)
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	l.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := l.conn.Write(text); err != nil {
		l.fail(fmt.Errorf("the connection to the shared server is lost: %w", err))
		return l.why()
	}
	return nil
}
