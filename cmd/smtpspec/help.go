package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

func isHelp(arg string) bool {
	return arg == "help" || arg == "--help" || arg == "-help" || arg == "-h"
}

// help prints the overview, or the help of one command.
func (a *App) help(args []string) error {
	text := overview()
	if len(args) > 0 {
		c := commandNamed(args[0])
		if c == nil {
			return unknownCommand(args[0])
		}
		text = helpOf(c)
	}
	_, err := io.WriteString(a.Stdout, text)
	return err
}

// overview is the help of the whole command: an example of each subcommand
// first.
func overview() string {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %s\n", c.about().examples[0])
	}
	b.WriteString("\nsmtpspec catches mail for tests and development, and sends it.\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s  %s\n", c.about().name, c.about().summary)
	}
	b.WriteString("\nsmtpspec COMMAND --help says more.\n")
	return b.String()
}

func helpOf(c command) string {
	var b strings.Builder
	about, set := c.about(), settingsOf(c)
	for _, line := range about.examples {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	usage := "smtpspec " + about.name + " [FLAGS]"
	if about.args != "" {
		usage += " " + about.args
	}
	fmt.Fprintf(&b, "\n%s.\n\nUsage: %s\n\n", about.summary, usage)
	flagTable(&b, set)
	if about.notes != "" {
		b.WriteString("\n" + about.notes)
	}
	b.WriteString("\n" + sources)
	return b.String()
}

const sources = `Each flag is also an environment variable, SMTPSPEC_ and its name in capitals with
_ for -, and a key of the file of --config, above all tables or in the table of
the command. The flag beats the environment, the environment beats the file.
`

func flagTable(b *strings.Builder, set *settings.Set) {
	all := set.All()
	heads, width := make([]string, len(all)), 0
	for i, one := range all {
		heads[i] = head(one)
		width = max(width, len(heads[i]))
	}
	for i, one := range all {
		fmt.Fprintf(b, "  %-*s  %s", width, heads[i], one.Text)
		if one.Default != "" {
			fmt.Fprintf(b, " (default %s)", one.Default)
		}
		b.WriteByte('\n')
	}
}

func head(one *settings.Setting) string {
	h := "--" + one.Name
	if one.Letter != "" {
		h = "-" + one.Letter + ", " + h
	}
	if one.Value != "" {
		h += " " + one.Value
	}
	return h
}
