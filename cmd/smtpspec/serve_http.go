package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/web/guard"
)

// web is who may reach the inbox and the API, and where.
type web struct {
	listen   string // "off" for nowhere
	hosts    []string
	origins  []string
	authFile string
	open     bool
}

func newWeb() web { return web{listen: "127.0.0.1:8025"} }

func (w *web) on() bool { return w.listen != "off" }

func (w *web) define(set *settings.Set) {
	set.Func(w.setListen, "listen", "ADDR", "inbox and API; HOST:PORT, port 0 is any free one; off is none").Default = w.listen
	set.Many(addWords(&w.hosts), "allow-host", "NAMES", "names by which browsers may ask for the page, besides those of loopback").Example = "mail.example.test"
	set.Many(addWords(&w.origins), "cors-origin", "LIST", "web pages of others that may use the API").Example = "http://localhost:3000"
	set.String(&w.authFile, "auth", "FILE", "who may sign in to inbox and API, with a role: NAME:read|write|admin:BCRYPT, or token:NAME:ROLE:SHA256")
	set.Bool(&w.open, "open", "let everybody in who reaches --listen, also from other machines")
}

func (w *web) setListen(v string) error {
	if v == "off" {
		w.listen = v
		return nil
	}
	if _, _, err := net.SplitHostPort(v); err != nil {
		return fmt.Errorf("%q is no address; write HOST:PORT or off", v)
	}
	w.listen = v
	return nil
}

func addWords(into *[]string) func(string) error {
	return func(v string) error {
		words := list(v)
		if len(words) == 0 {
			return fmt.Errorf("%q has no word", v)
		}
		*into = append(*into, words...)
		return nil
	}
}

// check refuses to let strangers read mail unless that was said.
func (w *web) check() error {
	switch {
	case !w.on() && (w.authFile != "" || w.open || w.hosts != nil || w.origins != nil):
		return &settings.Fault{Text: "--listen off leaves nothing to let anybody in to", Try: "smtpspec serve --listen 127.0.0.1:8025"}
	case w.open && w.authFile != "":
		return &settings.Fault{Text: "--open and --auth contradict each other", Try: "smtpspec serve --auth FILE"}
	case w.on() && !isLoopback(w.listen) && w.authFile == "" && !w.open:
		return &settings.Fault{Text: "--listen " + w.listen + " can be reached from other machines, and nobody has to sign in",
			Try: "smtpspec serve --listen " + w.listen + " --auth FILE, or --open if everybody may read the mail"}
	}
	return nil
}

// isLoopback says that only this machine can reach an address.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// guard makes what stands before the API.
func (w *web) guard() (*guard.Guard, error) {
	c := guard.Config{Hosts: w.hosts, Origins: w.origins}
	if host, _, err := net.SplitHostPort(w.listen); err == nil && host != "" && !net.ParseIP(host).IsUnspecified() {
		c.Hosts = append(c.Hosts, host)
	}
	if w.authFile != "" {
		f, err := os.Open(w.authFile)
		if err != nil {
			return nil, &settings.Fault{Text: "--auth: " + err.Error(), Try: "smtpspec serve --auth FILE"}
		}
		defer f.Close()
		if c.Auth, err = guard.ReadAuth(f); err != nil {
			return nil, &settings.Fault{Text: "--auth: " + err.Error(), Try: "NAME:read:BCRYPT, made with htpasswd -nB NAME"}
		}
	}
	g, err := guard.New(c)
	if err != nil {
		return nil, &settings.Fault{Text: err.Error(), Try: "smtpspec serve --allow-host mail.example.test"}
	}
	return g, nil
}

// socket listens for the API.
func (w *web) socket() (net.Listener, error) {
	l, err := net.Listen("tcp", w.listen)
	if err == nil {
		return guard.Limit(l, guard.MaxConnections), nil
	}
	text := "--listen " + w.listen + ": "
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return nil, &settings.Fault{Text: text + err.Error(), Try: "smtpspec serve --listen 127.0.0.1:0, or --listen off"}
}
