package main

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// listenFault says what stands in the way of listening.
func (s *serve) listenFault(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr == nil {
		return errors.New(strings.TrimPrefix(err.Error(), "harness: "))
	}
	free := "smtpspec serve " + s.flagOf(op.Addr) + " 127.0.0.1:0"
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && leftBehind(op.Addr):
		return &settings.Fault{Text: "the socket " + op.Addr.String() + " was left behind by a process that is gone", Try: "rm " + op.Addr.String()}
	case errors.Is(err, syscall.EADDRINUSE):
		return &settings.Fault{Text: op.Addr.String() + " is in use by another process", Try: free}
	case errors.Is(err, os.ErrPermission):
		return &settings.Fault{Text: "no permission to listen on " + op.Addr.String(), Try: free}
	}
	return &settings.Fault{Text: "cannot listen on " + op.Addr.String() + ": " + op.Err.Error(), Try: free}
}

// flagOf returns the flag that asked for an address.
func (s *serve) flagOf(a net.Addr) string {
	switch shownAddress(a) {
	case s.smtp:
		return "--smtp"
	case s.smtps:
		return "--smtps"
	case s.lmtp:
		return "--lmtp"
	}
	return "--smtp"
}

// leftBehind says that nobody listens on the file of a Unix socket.
func leftBehind(a net.Addr) bool {
	if a.Network() != "unix" {
		return false
	}
	c, err := net.Dial("unix", a.String())
	if err != nil {
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	c.Close()
	return false
}
