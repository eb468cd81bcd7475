package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/hint"
)

// App is the command with the world around it, so that tests can run it without
// a process. All fields but Signals are needed.
type App struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Env looks up an environment variable, as os.LookupEnv does.
	Env func(string) (string, bool)
	// Signals ask to stop: the first one in good order, the second one at once.
	Signals <-chan os.Signal
}

// command is one subcommand. A value of it runs once.
type command interface {
	about() about
	define(*settings.Set)
	// run gets the arguments that are no flags. Its error decides the exit
	// code; see exitCode.
	run(ctx context.Context, a *App, args []string) error
}

// about is what help says of a command beside its flags.
type about struct {
	name     string
	summary  string   // one line, without a full stop
	args     string   // behind the flags, "[MESSAGE.eml | -]"
	examples []string // whole lines
	notes    string   // below the flags; ends with a line end
}

// commands returns all subcommands, in the order of the help.
func commands() []command {
	return []command{newServe(), newSend(), newCheck(), &scenarios{}, newReplay(), newJudge(), &diff{}, &lintCommand{}, &rules{},
		newWait(), newLs(), newShow(), newRm(), newReadyz(), &version{}}
}

// Run runs the command that args name and returns its exit code: 0 if all is
// well, 1 if what was checked has findings or a message was refused for good, 2
// for wrong use and failures of the command itself, 75 if sending failed for
// now.
func (a *App) Run(ctx context.Context, args []string) int {
	name := "smtpspec"
	err := error(nil)
	switch {
	case len(args) == 0:
		io.WriteString(a.Stderr, overview())
		return exitUsage
	case isHelp(args[0]):
		err = a.help(args[1:])
	default:
		name += " " + args[0]
		err = a.command(ctx, args[0], args[1:])
	}
	a.complain(name, err)
	return exitCode(err)
}

func (a *App) command(ctx context.Context, name string, args []string) error {
	c := commandNamed(name)
	if c == nil {
		return unknownCommand(name)
	}
	set := settingsOf(c)
	rest, err := set.Parse(args, a.Env)
	if errors.Is(err, settings.ErrHelp) {
		_, err := io.WriteString(a.Stdout, helpOf(c))
		return err
	}
	if err != nil {
		return err
	}
	return c.run(ctx, a, rest)
}

func commandNamed(name string) command {
	for _, c := range commands() {
		if c.about().name == name {
			return c
		}
	}
	return nil
}

// settingsOf returns the settings of a command, which go into its fields.
func settingsOf(c command) *settings.Set {
	name := c.about().name
	set := &settings.Set{Command: "smtpspec " + name, Table: name}
	c.define(set)
	for _, other := range commands() {
		set.Tables = append(set.Tables, other.about().name)
		if other.about().name != name {
			theirs := &settings.Set{}
			other.define(theirs)
			set.Others = append(set.Others, theirs.Keys()...)
		}
	}
	return set
}

func unknownCommand(name string) error {
	names := []string{"help"}
	for _, c := range commands() {
		names = append(names, c.about().name)
	}
	text := fmt.Sprintf("there is no command %q", name)
	if near := hint.Nearest(name, names); near != "" {
		return &settings.Fault{Text: text + "; did you mean " + near + "?", Try: "smtpspec " + near + " --help"}
	}
	return &settings.Fault{Text: text, Try: "smtpspec --help"}
}

// noArguments is for commands that have flags only.
func noArguments(c command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	name := "smtpspec " + c.about().name
	return &settings.Fault{Text: fmt.Sprintf("%q is one argument too many", args[0]), Try: name + " --help"}
}
