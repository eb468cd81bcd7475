//go:build linux || darwin || freebsd

package disk

import "golang.org/x/sys/unix"

// freeAt returns what is free for whoever is not root.
func freeAt(folder string) (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil
}
