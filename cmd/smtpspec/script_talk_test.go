package main

import (
	"fmt"
	"net/textproto"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// talk says the lines of a file and prints what the server answers.
func talk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: talk ADDR FILE")
	}
	c, err := textproto.Dial("tcp", args[0])
	ts.Check(err)
	defer c.Close()
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[1]), "\n"), "\n")
	if !strings.HasPrefix(lines[0], "PROXY") {
		lines = append([]string{""}, lines...)
	}
	data := false
	for i, line := range lines {
		if i > 0 || line != "" {
			ts.Check(c.PrintfLine("%s", line))
		}
		if data = data && line != "."; !data {
			data = answer(ts, c) == 354
		}
	}
}

func answer(ts *testscript.TestScript, c *textproto.Conn) int {
	code, text, err := c.ReadResponse(0)
	ts.Check(err)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(ts.Stdout(), "%d %s\n", code, line)
	}
	return code
}
