package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks f until it is closed, or the process ends in whatever way. The
// lock is far behind the text, so that others can read who holds it.
func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
}
