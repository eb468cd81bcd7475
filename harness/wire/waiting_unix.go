//go:build unix

package wire

import "syscall"

// peek returns the first octets that have arrived on a socket and were not
// read, nil if there are none. It does not wait.
func peek(c syscall.Conn, room []byte) []byte {
	n, _ := peekInto(c, room)
	return room[:max(n, 0)]
}

// peekEnd says that the other side has ended the connection, or its direction.
func peekEnd(c syscall.Conn) bool {
	n, err := peekInto(c, make([]byte, 1))
	return n == 0 && err == nil || err == syscall.ECONNRESET
}

func peekInto(c syscall.Conn, room []byte) (n int, err error) {
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
