package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/remote"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// daemonClient is what the commands that talk to a running daemon have in
// common.
type daemonClient struct {
	url, tokenFile, runName string
	json                    bool
}

func newDaemonClient() daemonClient { return daemonClient{url: "http://127.0.0.1:8025"} }

func (d *daemonClient) define(set *settings.Set) {
	set.Func(d.setURL, "url", "URL", "where the daemon answers").Default = d.url
	set.String(&d.tokenFile, "token-file", "FILE", "file with the token of a daemon that asks for one")
	set.String(&d.runName, "run", "NAME", "of this run only")
	set.Bool(&d.json, "json", "print the daemon's JSON, an object a line")
}

func (d *daemonClient) setURL(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no URL of a daemon; write http://HOST:PORT", v)
	}
	d.url = strings.TrimSuffix(v, "/")
	return nil
}

func (d *daemonClient) client() (*remote.Client, error) {
	c := &remote.Client{Base: d.url, HTTP: &http.Client{}}
	if d.tokenFile == "" {
		return c, nil
	}
	b, err := os.ReadFile(d.tokenFile)
	if err != nil {
		return nil, &settings.Fault{Text: "--token-file: " + err.Error(), Try: "--token-file FILE"}
	}
	c.Token = strings.TrimSpace(string(b))
	return c, nil
}

// values returns the parameters of a request, those that are empty left out.
func (d *daemonClient) values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if d.runName != "" {
		v.Set("run", d.runName)
	}
	return v
}

// told adds to an error of the daemon what a person can do.
func (d *daemonClient) told(err error) error {
	var gone *remote.Unreachable
	var refused *remote.Refused
	switch {
	case errors.As(err, &gone):
		return &settings.Fault{Text: err.Error(), Try: "smtpspec serve, or --url " + d.url}
	case errors.As(err, &refused) && refused.Position != nil:
		return fmt.Errorf("character %d: %s", *refused.Position+1, shown(refused.Detail, 500))
	case errors.As(err, &refused):
		return errors.New(shown(refused.Detail, 500))
	}
	return err
}
