package harness

import (
	"net"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// exhausted is a listener of a process that has no file descriptors left, but
// for some connections.
type exhausted struct {
	closed chan struct{}
	asked  []time.Duration // since the beginning
	began  time.Time
	takes  map[int]bool // which of the calls get a connection
}

func (l *exhausted) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	l.asked = append(l.asked, time.Since(l.began))
	if l.takes[len(l.asked)] {
		return nil, nil
	}
	return nil, syscall.EMFILE
}

func (l *exhausted) Close() error   { close(l.closed); return nil }
func (l *exhausted) Addr() net.Addr { return nil }

// accepting accepts for so long, and returns when it asked for connections, and
// how long its end took.
func accepting(t *testing.T, d time.Duration, takes ...int) (asked []time.Duration, end time.Duration) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		l := &exhausted{closed: make(chan struct{}), began: time.Now(), takes: map[int]bool{}}
		for _, n := range takes {
			l.takes[n] = true
		}
		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			accept(l, stop, func(net.Conn) {})
			close(ended)
		}()
		time.Sleep(d)
		l.Close()
		close(stop)
		<-ended
		asked, end = l.asked, time.Since(l.began)-d
	})
	return asked, end
}

func TestAcceptWaitsLongerEachTime(t *testing.T) {
	asked, _ := accepting(t, 4*time.Second)
	want := []time.Duration{0, 5, 15, 35, 75, 155, 315, 635, 1275, 2275, 3275}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if !slices.Equal(asked, want) {
		t.Errorf("it asked at %v, not at %v", asked, want)
	}
}

func TestAcceptWaitsBrieflyBehindAConnection(t *testing.T) {
	asked, _ := accepting(t, 100*time.Millisecond, 4)
	want := []time.Duration{0, 5, 15, 35, 35, 40, 50, 70}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if !slices.Equal(asked, want) {
		t.Errorf("it asked at %v, not at %v", asked, want)
	}
}

// Whoever closes the server does not wait for the pause to end.
func TestAcceptEndsInAPause(t *testing.T) {
	if _, end := accepting(t, 2*time.Second); end != 0 {
		t.Errorf("it ended %v behind the stop", end)
	}
}
