package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// show shows one message of a daemon.
type show struct {
	daemonClient
	raw, session bool
}

func newShow() *show { return &show{daemonClient: newDaemonClient()} }

func (s *show) about() about {
	return about{
		name:    "show",
		summary: "Shows one message of a daemon",
		args:    "ID|latest",
		examples: []string{
			"smtpspec show latest",
			"smtpspec show --raw 01KAR2ZV6M3J4E9Q0H1T5B7C8D > message.eml",
			"smtpspec show --session latest",
		},
	}
}

func (s *show) define(set *settings.Set) {
	s.daemonClient.define(set)
	set.Bool(&s.raw, "raw", "the octets as they were received")
	set.Bool(&s.session, "session", "the dialogue that it came in")
}

func (s *show) run(ctx context.Context, a *App, args []string) error {
	if len(args) != 1 || strings.ContainsAny(args[0], "/?#%") {
		return &settings.Fault{Text: "show needs the ID of one message", Try: "smtpspec show latest"}
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	path := "/api/messages/" + args[0]
	if s.raw {
		return s.copy(ctx, a.Stdout, path+"/raw")
	}
	var m api.Message
	if err := c.Get(ctx, path, s.values(), &m); err != nil {
		return s.told(err)
	}
	switch {
	case s.session:
		return s.copy(ctx, a.Stdout, "/api/sessions/"+m.Session+"/transcript")
	case s.json:
		_, err = a.Stdout.Write(jsonLine(m))
	default:
		_, err = io.WriteString(a.Stdout, messageText(m))
	}
	return err
}

func (s *show) copy(ctx context.Context, w io.Writer, path string) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	body, err := c.Open(ctx, path, s.values())
	if err != nil {
		return s.told(err)
	}
	defer body.Close()
	_, err = io.Copy(w, body)
	return err
}

// messageText is a message for a person: envelope, header, text. What its
// sender wrote is escaped, its lines apart.
func messageText(m api.Message) string {
	var b strings.Builder
	var to []string
	for _, r := range m.Envelope.Recipients {
		if r.Accepted {
			to = append(to, r.Address)
		}
	}
	fmt.Fprintf(&b, "message %s, %s, from <%s> to %s\n", shown(m.ID, 26), counted(m.Size, "octet"), shown(m.Envelope.From, 320), shownRecipients(to))
	if len(m.Blind) > 0 {
		fmt.Fprintf(&b, "blind copies: %s\n", shownRecipients(m.Blind))
	}
	for _, h := range m.Headers {
		fmt.Fprintf(&b, "%s: %s\n", shown(h.Name, 100), shown(h.Value, 1000))
	}
	b.WriteString("\n")
	for line := range strings.Lines(m.Text) {
		b.WriteString(shown(strings.TrimRight(line, "\n"), 2000) + "\n")
	}
	for _, p := range m.Files {
		fmt.Fprintf(&b, "attachment: %s, %s, %s\n", shown(p.Name, 200), shown(p.Type, 100), counted(p.Size, "octet"))
	}
	for _, code := range m.Codes {
		fmt.Fprintf(&b, "code: %s\n", shown(code, 100))
	}
	for _, l := range m.Links {
		fmt.Fprintf(&b, "link: %s\n", shown(l.URL, 500))
	}
	for _, f := range m.Findings {
		fmt.Fprintf(&b, "finding: %s %s: %s (%s)\n", shown(f.Level, 20), shown(f.ID, 60), shown(f.Text, 300), shown(f.RFC, 40))
	}
	return b.String()
}
