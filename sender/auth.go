package sender

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Auth are the credentials of a session. With a Token the mechanisms are those
// of OAuth, without one those of a password.
type Auth struct {
	// Username is who authenticates. UTF-8 without control characters.
	Username string
	// Password goes with Username.
	Password string
	// Token is an OAuth 2.0 bearer token, for OAUTHBEARER and XOAUTH2.
	Token string
	// Identity is whom to act as; empty means the identity of Username.
	Identity string
	// Mechanisms, when not empty, are the only ones used, in this order. Empty
	// means the strongest offered: SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN,
	// LOGIN, or with a token OAUTHBEARER, XOAUTH2. EXTERNAL is used only if
	// listed.
	Mechanisms []string
	// AllowClear sends a password or token without TLS too, whatever the host.
	// SCRAM and CRAM-MD5 need no leave: they keep the password to themselves.
	AllowClear bool
}

var (
	passwordMechanisms = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"}
	tokenMechanisms    = []string{"OAUTHBEARER", "XOAUTH2"}
)

func (a *Auth) check() error {
	if a == nil {
		return nil
	}
	for _, s := range []string{a.Username, a.Password, a.Token, a.Identity} {
		if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
			return problem(ErrCredentials, "an octet that SASL cannot carry")
		}
	}
	for _, m := range a.Mechanisms {
		if a.mechanism(strings.ToUpper(m), "") == nil {
			return problem(ErrCredentials, "unknown mechanism "+quoted(m))
		}
	}
	if a.Username == "" && a.Token == "" && !slices.Contains(a.Mechanisms, "EXTERNAL") {
		return problem(ErrCredentials, "no user name")
	}
	return nil
}

func (a *Auth) candidates() []string {
	switch {
	case len(a.Mechanisms) > 0:
		upper := make([]string, len(a.Mechanisms))
		for i, m := range a.Mechanisms {
			upper[i] = strings.ToUpper(m)
		}
		return upper
	case a.Token != "":
		return tokenMechanisms
	}
	return passwordMechanisms
}

// authenticate tries the mechanisms that both sides have, strongest first. Only
// a reply that speaks of the mechanism (RFC 4954 §4: 504, §6: 534) leads to the
// next: other credentials are not to be had.
func (c *Client) authenticate(ctx context.Context) error {
	auth := c.opts.Auth
	if auth == nil {
		return nil
	}
	usable, err := c.mechanisms(auth)
	if err != nil {
		return c.errorAt(command{step: StepAuth}, err)
	}
	for _, name := range usable {
		err = c.exchange(ctx, auth.mechanism(name, c.server))
		if err == nil {
			c.mechanism = name
			return nil
		}
		var e *Error
		if !errors.As(err, &e) || e.Err != nil || e.Reply.Code != 504 && e.Reply.Code != 534 {
			break
		}
	}
	return err
}

// mechanisms returns what is offered, known, and safe to use here.
func (c *Client) mechanisms(auth *Auth) ([]string, error) {
	offered := c.extensions.Mechanisms()
	if len(offered) == 0 {
		return nil, problem(ErrNotOffered, "AUTH")
	}
	var usable []string
	unsafe := false
	for _, name := range auth.candidates() {
		switch {
		case !slices.Contains(offered, name):
		case revealing(name) && c.tls == nil && !auth.AllowClear:
			unsafe = true
		default:
			usable = append(usable, name)
		}
	}
	switch {
	case len(usable) > 0:
		return usable, nil
	case unsafe:
		return nil, problem(ErrClearText, "AUTH "+escape(strings.Join(offered, " ")))
	}
	what := fmt.Sprintf("AUTH with one of %s (the server has %s)",
		strings.Join(auth.candidates(), ", "), shorten(escape(strings.Join(offered, ", ")), 200))
	return nil, problem(ErrNotOffered, what)
}

// revealing says that the mechanism sends the secret itself.
func revealing(mechanism string) bool {
	return slices.Contains([]string{"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}, mechanism)
}

const (
	maxCommand    = 512 // octets with CRLF, RFC 5321 §4.5.3.1.4
	maxAuthRounds = 8
)

// exchange runs one AUTH exchange (RFC 4954 §4).
func (c *Client) exchange(ctx context.Context, m mechanism) error {
	c.secrets = c.opts.Auth.secrets()
	defer func() { c.secrets = nil }()
	cmd, initial := c.authCommand(m)
	for round := 0; ; round++ {
		r, err := c.roundTrip(ctx, cmd)
		if err != nil {
			return err
		}
		if r.Code != 334 {
			return c.authResult(cmd, r, m)
		}
		response, err := respond(m, r, &initial)
		if err == nil && round == maxAuthRounds {
			err = &ProtocolError{"challenge after challenge", ""}
		}
		if err != nil {
			return c.cancel(ctx, err)
		}
		text := base64.StdEncoding.EncodeToString(response)
		c.keepSecret(text)
		cmd = command{step: StepAuth, line: text, empty: text == "", shown: masked}
	}
}

// authCommand writes the AUTH command. An initial response that would make it
// longer than a command line may be waits for the empty challenge.
func (c *Client) authCommand(m mechanism) (cmd command, initial []byte) {
	line := "AUTH " + m.name()
	cmd = command{step: StepAuth, line: line, shown: line}
	initial = m.initial()
	if initial == nil {
		return cmd, nil
	}
	text := base64.StdEncoding.EncodeToString(initial)
	if text == "" {
		text = "="
	}
	if len(line)+1+len(text)+2 > maxCommand {
		return cmd, initial
	}
	c.keepSecret(text)
	return command{step: StepAuth, line: line + " " + text, shown: line + " " + masked}, nil
}

// respond decodes a challenge and answers it; the initial response that did not
// fit the command answers an empty one.
func respond(m mechanism, r Reply, initial *[]byte) ([]byte, error) {
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.Lines[0]))
	if err != nil || len(r.Lines) > 1 {
		return nil, &ProtocolError{"a challenge that is not base64", r.Lines[0]}
	}
	if *initial != nil && len(challenge) == 0 {
		response := *initial
		*initial = nil
		return response, nil
	}
	return m.next(challenge)
}

func (c *Client) authResult(cmd command, r Reply, m mechanism) error {
	if err := c.want(cmd, r); err != nil {
		return err
	}
	if err := m.done(); err != nil {
		e := c.errorAt(cmd, err)
		e.Reply = r
		return e
	}
	return nil
}

// cancel ends the exchange with "*" (RFC 4954 §4). Whatever the server makes of
// it, the session is not authenticated.
func (c *Client) cancel(ctx context.Context, why error) error {
	cmd := command{step: StepAuth, line: "*"}
	if _, err := c.roundTrip(ctx, cmd); err != nil && ctx.Err() != nil {
		return err
	}
	return c.errorAt(cmd, why)
}

// keepSecret notes text that must not come back in an error or a trace. What is
// short could be part of any word.
func (c *Client) keepSecret(text string) {
	if len(text) >= 6 {
		c.secrets = append(c.secrets, text)
	}
}

func (a *Auth) secrets() []string {
	var secrets []string
	for _, s := range []string{a.Password, a.Token} {
		if len(s) >= 4 {
			secrets = append(secrets, s, base64.StdEncoding.EncodeToString([]byte(s)))
		}
	}
	return secrets
}
