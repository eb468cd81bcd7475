//go:build unix

package sqlite

import (
	"os"
	"syscall"
)

// lockFile locks f until it is closed, or the process ends in whatever way.
func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
