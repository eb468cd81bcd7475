//go:build !unix

package catalog

import (
	"errors"
	"net"
)

func shorten(*net.TCPListener) error {
	return errors.New("the queue of connections cannot be shortened on this system")
}
