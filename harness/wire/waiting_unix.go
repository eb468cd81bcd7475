//go:build unix

package wire

import "syscall"

// peek reads the first octets that have arrived on a socket and leaves them
// there. It does not wait: n is -1 if there are none, and 0 if the other side
// has ended the connection, or its direction. A reset is told once, as an error.
func peek(c syscall.Conn, room []byte) (n int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, err
	}
	gone := raw.Read(func(fd uintptr) bool {
		n, _, err = syscall.Recvfrom(int(fd), room, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	if gone != nil {
		return -1, gone
	}
	return n, err
}
