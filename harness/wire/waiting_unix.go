//go:build unix

package wire

import "syscall"

// peek returns the first octets that have arrived on a socket and were not
// read, nil if there are none. It does not wait.
func peek(c syscall.Conn, room []byte) []byte {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	n := 0
	raw.Read(func(fd uintptr) bool {
		n, _, _ = syscall.Recvfrom(int(fd), room, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	return room[:max(n, 0)]
}
