// Package disk knows how much room there is on the disk that mail is kept on.
package disk

import (
	"log/slog"
	"sync"
	"time"
)

// asked is how long an answer of the system is good.
const asked = time.Second

// Disk is where a store has its file. New makes one; all methods may be called
// from any goroutine.
type Disk struct {
	floor int64
	free  func() (int64, error)
	log   *slog.Logger

	mu    sync.Mutex // guards what follows
	at    time.Time  // of the last answer; zero before the first
	left  int64      // octets; -1 if the system does not say
	short bool       // what is left is below the floor, and the log knows
}

// New returns the disk of a folder, on which so many octets are to stay free.
func New(folder string, floor int64, log *slog.Logger) *Disk {
	return newDisk(floor, log, func() (int64, error) { return freeAt(folder) })
}

func newDisk(floor int64, log *slog.Logger, free func() (int64, error)) *Disk {
	return &Disk{floor: floor, free: free, log: log}
}

// Room says whether a message of so many octets may come, 0 if nobody knows how
// many: it is written more than once on its way into a file, and the floor is
// to stay. Where the system does not say what is free, there is room.
func (d *Disk) Room(octets int) bool {
	left, _ := d.Free()
	return left < 0 || left >= d.floor+int64(octets)+int64(octets)/2
}

// Free returns how many octets are free for us, -1 if the system does not say,
// and whether that is enough for mail at all. The system is asked once a second
// at most.
func (d *Disk) Free() (octets int64, enough bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); d.at.IsZero() || now.Sub(d.at) >= asked {
		d.at = now
		d.look()
	}
	return d.left, !d.short
}

// look asks the system, and tells the log what changed.
func (d *Disk) look() {
	left, err := d.free()
	if err != nil {
		left = -1
	}
	short := left >= 0 && left < d.floor
	switch {
	case err != nil && d.left >= 0:
		d.log.Warn("nobody knows what is free on the disk", "error", err.Error())
	case short && !d.short:
		d.log.Error("the disk is nearly full: mail is refused", "free", left, "floor", d.floor)
	case !short && d.short:
		d.log.Info("there is room on the disk: mail is taken", "free", left)
	}
	d.left, d.short = left, short
}
