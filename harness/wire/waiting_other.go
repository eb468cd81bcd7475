//go:build !unix

package wire

import "syscall"

// peek cannot look without waiting here, and sees nothing.
func peek(syscall.Conn, []byte) []byte { return nil }

// peekEnd cannot look either.
func peekEnd(syscall.Conn) bool { return false }
