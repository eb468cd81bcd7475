package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// The exit codes. They are part of what users rely on.
const (
	exitFindings = 1  // what was checked has findings; a message was refused for good
	exitUsage    = 2  // wrong use, or the command itself failed
	exitLater    = 75 // EX_TEMPFAIL of sysexits
)

// exit is an error with an exit code of its own.
type exit struct {
	code int
	text string
	try  string
}

func (e *exit) Error() string { return e.text }

// exitCode is 2 for every error that does not say otherwise.
func exitCode(err error) int {
	var own *exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &own):
		return own.code
	}
	return exitUsage
}

// complain says what is wrong in one line, and below it what can be tried. Who
// reads only the beginning of an output wants no more of it.
func (a *App) complain(name string, err error) {
	if err == nil || err.Error() == "" || errors.Is(err, syscall.EPIPE) {
		return
	}
	fmt.Fprintf(a.Stderr, "%s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	if try := tryOf(err); try != "" {
		fmt.Fprintf(a.Stderr, "  try: %s\n", try)
	}
}

func tryOf(err error) string {
	var fault *settings.Fault
	var own *exit
	switch {
	case errors.As(err, &fault):
		return fault.Try
	case errors.As(err, &own):
		return own.try
	}
	return ""
}
