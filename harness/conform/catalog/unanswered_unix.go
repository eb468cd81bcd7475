//go:build unix

package catalog

import (
	"net"
	"syscall"
)

// shorten makes a listener's queue of connections one of one.
func shorten(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), 0) })
	if err == nil {
		err = failed
	}
	return err
}
