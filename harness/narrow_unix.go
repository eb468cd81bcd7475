//go:build linux || darwin || freebsd || netbsd || openbsd

package harness

import "syscall"

// narrowSocket is a net.ListenConfig's Control; connections have what their
// listener has.
func narrowSocket(network, _ string, c syscall.RawConn) error {
	var err error
	failed := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, narrowBuffer)
		if err == nil {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, narrowBuffer)
		}
		if err == nil && network != "unix" {
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, narrowSegment)
		}
	})
	if failed != nil {
		return failed
	}
	return err
}
