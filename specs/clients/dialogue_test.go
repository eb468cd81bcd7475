package clients_test

import (
	"fmt"
	"strings"
)

// dialogue is what was said on one connection, each side for itself: a client
// that pipelines writes its commands in another place than the server does.
// Message data is left out, secrets are masked.
type dialogue struct {
	Client, Server []string
}

// recorded is the dialogue in the record of the server.
func recorded(e event) dialogue {
	var d dialogue
	d.reply(e.Greeting.Code, e.Greeting.Lines)
	for _, c := range e.Commands {
		if c.Verb != "BODY" {
			d.Client = append(d.Client, c.Line)
		}
		d.reply(c.Reply.Code, c.Reply.Lines)
	}
	return d
}

func (d *dialogue) reply(code int, lines []string) {
	for i, text := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		d.Server = append(d.Server, fmt.Sprint(code)+separator+text)
	}
}

// side says who a line of a log is from.
type side int

const (
	nobody side = iota
	client
	server
)

// reported is the dialogue in the log of a client, whose lines take read takes
// apart.
func reported(log string, read func(line string) (side, string)) dialogue {
	var d dialogue
	data, auth := false, false
	for line := range strings.Lines(log) {
		who, text := read(strings.TrimRight(line, "\r\n"))
		switch {
		case who == server:
			data = strings.HasPrefix(text, "354")
			auth = auth && strings.HasPrefix(text, "334")
			d.Server = append(d.Server, text)
		case who == nobody || data:
		case auth:
			d.Client = append(d.Client, "****")
		default:
			auth = strings.HasPrefix(text, "AUTH ")
			d.Client = append(d.Client, masked(text))
		}
	}
	return d
}

// masked takes the initial response off AUTH.
func masked(line string) string {
	words := strings.Fields(line)
	if len(words) == 3 && words[0] == "AUTH" {
		words[2] = "****"
		return strings.Join(words, " ")
	}
	return line
}

// behind reads lines that begin with one mark for each side.
func behind(fromClient, fromServer []string) func(string) (side, string) {
	return func(line string) (side, string) {
		for _, mark := range fromClient {
			if text, ok := strings.CutPrefix(line, mark); ok {
				return client, text
			}
		}
		for _, mark := range fromServer {
			if text, ok := strings.CutPrefix(line, mark); ok {
				return server, text
			}
		}
		return nobody, ""
	}
}

// withoutQuit leaves out the farewell, which not every client tells of.
func (d dialogue) withoutQuit() dialogue {
	if n := len(d.Client); n > 0 && strings.EqualFold(d.Client[n-1], "QUIT") {
		d.Client = d.Client[:n-1]
	}
	if n := len(d.Server); n > 0 && strings.HasPrefix(d.Server[n-1], "221 ") {
		d.Server = d.Server[:n-1]
	}
	return d
}
