package wire

import (
	"sync"
	"time"
)

// waiters are the callers blocked on one side of a stream, and the deadline
// that ends their wait. Its methods are called with cond.L held.
type waiters struct {
	cond     sync.Cond
	deadline time.Time // zero: none
	// alarm runs only while somebody waits under a deadline: a deadline that
	// is set before each command and never reached costs no timer.
	alarm *time.Timer
	count int
}

func (w *waiters) wait() {
	w.setAlarm()
	w.count++
	w.cond.Wait()
	w.count--
	if w.count == 0 && w.alarm != nil {
		w.alarm.Stop()
	}
}

func (w *waiters) wake() { w.cond.Broadcast() }

func (w *waiters) expired() bool {
	return !w.deadline.IsZero() && !time.Now().Before(w.deadline)
}

// setDeadline wakes those who wait, since each of them has set the alarm for
// the deadline before.
func (w *waiters) setDeadline(t time.Time) {
	w.deadline = t
	if w.alarm != nil {
		w.alarm.Stop()
	}
	w.wake()
}

func (w *waiters) setAlarm() {
	switch {
	case w.deadline.IsZero():
	case w.alarm == nil:
		w.alarm = time.AfterFunc(time.Until(w.deadline), w.ring)
	default:
		w.alarm.Reset(time.Until(w.deadline))
	}
}

// ring takes the lock so that it cannot fall between a caller's look at the
// deadline and its wait.
func (w *waiters) ring() {
	w.cond.L.Lock()
	defer w.cond.L.Unlock()
	w.wake()
}
