package mutant

import (
	"net"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// turns is a connection that is either read or written, never both. The lock is
// a channel, so that a virtual clock goes on while somebody waits for it.
type turns struct {
	net.Conn
	writing chan struct{}
}

func (c turns) Read(p []byte) (int, error) {
	c.writing <- struct{}{}
	<-c.writing
	return c.Conn.Read(p)
}

func (c turns) Write(p []byte) (int, error) {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	return c.Conn.Write(p)
}

var pipeMutants = []Mutant{
	{Name: "writes-whole-groups", Breaks: []string{"pipe-deadlock"}, Text: "It does not read a reply before its whole group of commands is written.",
		Conn: func(c net.Conn) net.Conn { return turns{c, make(chan struct{}, 1)} },
		Out: func(d *Dialogue, line string) string {
			if d.Stage() != record.RCPT || len(d.Job().Rcpts) < 2000 {
				return line
			}
			group, _ := d.Get("group").(string)
			if d.Count() < len(d.Job().Rcpts) {
				d.Set("group", group+line)
				d.Answer("250 surely\r\n")
				return ""
			}
			return group + line
		}},
	{Name: "command-behind-auth", Breaks: []string{"pipe-auth-last"}, Text: "It sends NOOP behind AUTH at once.",
		Out: func(d *Dialogue, line string) string {
			if strings.HasPrefix(line, "AUTH ") {
				return line + "NOOP\r\n"
			}
			return line
		}},
}
