package main

import (
	"crypto/x509"
	"errors"
	"syscall"

	"github.com/smtpspec/smtpspec/sender"
)

// verdict turns the outcome into an exit code, and says what to try.
func (s *send) verdict(err error) *exit {
	if err == nil {
		return nil
	}
	return &exit{code: sendCode(err), text: err.Error(), try: s.remedy(err)}
}

// sendCode tells a message that was refused from one that may go later, and
// both from one that could not have gone to any server.
func sendCode(err error) int {
	for _, wrong := range []error{sender.ErrAddress, sender.ErrArgument, sender.ErrNoRecipient,
		sender.ErrCredentials, sender.ErrContent, sender.ErrClearText} {
		if errors.Is(err, wrong) {
			return exitUsage
		}
	}
	var t interface{ Temporary() bool }
	if errors.As(err, &t) && t.Temporary() {
		return exitLater
	}
	return exitFindings
}

func (s *send) remedy(err error) string {
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &authority):
		return "smtpspec send --ca ca.pem"
	case errors.Is(err, sender.ErrClearText):
		return "smtpspec send --tls starttls"
	case errors.Is(err, syscall.ECONNREFUSED) && s.server == newSend().server:
		return "smtpspec serve"
	}
	return ""
}
