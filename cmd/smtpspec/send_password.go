package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// passwordFor returns the password of --user: from its file, the environment or
// a prompt, never from the arguments, which everybody on the machine can read.
func (a *App) passwordFor(ctx context.Context, s *send, stdinTaken bool) (string, error) {
	if s.password != "" {
		content, err := os.ReadFile(s.password)
		if err != nil {
			return "", &settings.Fault{Text: "--password-file cannot be read: " + err.Error(),
				Try: "smtpspec send --user NAME --password-file FILE"}
		}
		return strings.TrimRight(string(content), "\r\n"), nil
	}
	if password, _ := a.Env("SMTPSPEC_PASSWORD"); password != "" {
		return password, nil
	}
	terminal, is := a.Stdin.(*os.File)
	if !is || stdinTaken || !term.IsTerminal(int(terminal.Fd())) {
		return "", &settings.Fault{Text: "there is no password for --user, and no terminal to ask on",
			Try: "smtpspec send --user NAME --password-file FILE"}
	}
	fmt.Fprintf(a.Stderr, "password of %s: ", shown(s.user, 100))
	defer fmt.Fprintln(a.Stderr)
	return ask(ctx, int(terminal.Fd()))
}

// ask reads a line that the terminal does not show. When ctx ends first, the
// terminal is as it was before.
func ask(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type answer struct {
		password []byte
		err      error
	}
	answers := make(chan answer, 1)
	go func() {
		password, err := term.ReadPassword(fd)
		answers <- answer{password, err}
	}()
	select {
	case got := <-answers:
		return string(got.password), got.err
	case <-ctx.Done():
		if err := term.Restore(fd, before); err != nil {
			return "", err
		}
		return "", context.Cause(ctx)
	}
}
