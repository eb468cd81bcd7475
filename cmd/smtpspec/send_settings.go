package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/sender"
)

func (s *send) define(set *settings.Set) {
	s.defineSession(set)
	s.defineEnvelope(set)
	s.defineMessage(set)
	set.Bool(&s.json, "json", "print one JSON object a line: each step, each recipient, the result")
	set.Bool(&s.verbose, "verbose", "print the dialogue with times on standard error").Letter = "v"
}

func (s *send) defineSession(set *settings.Set) {
	set.Func(s.setServer, "server", "ADDR", "HOST:PORT or unix:/path").Default = s.server
	set.Func(s.setPath, "path", pathDial+"|"+pathSendMail, "a command at a time, or all in one call").Default = s.path
	set.Func(s.setTLS, "tls", "MODE", "none, opportunistic, starttls or implicit").Default = s.options.Security.String()
	set.String(&s.caFile, "ca", "FILE", "trust these CAs (PEM) in place of the system's")
	set.Bool(&s.insecure, "insecure", "take any certificate; opportunistic TLS without --user and --ca does so anyway")
	set.String(&s.user, "user", "NAME", "sign in")
	set.String(&s.password, "password-file", "FILE", "the password; else SMTPSPEC_PASSWORD, else a prompt")
	set.Func(s.setMechanism, "mechanism", "LIST", "AUTH mechanisms, in the order of preference; else the strongest that is offered")
	set.Bool(&s.plaintext, "allow-plaintext-auth", "send a password without TLS too")
	set.String(&s.options.Hello, "helo", "NAME", "the name in EHLO; else this machine's")
	set.Bool(&s.options.LMTP, "lmtp", "speak LMTP")
	set.Bool(&s.options.NoPipelining, "no-pipelining", "one command at a time")
	set.Duration(&s.options.Timeout, "timeout", "TIME", "limit of each step; else those of RFC 5321, minutes")
}

func (s *send) defineEnvelope(set *settings.Set) {
	set.Func(s.setFrom, "from", "ADDRESS", "the sender; '<>' is the null path of a bounce").Default = s.from.Address
	for _, list := range []struct {
		name, text string
		into       *[]mail.Address
	}{{"to", "recipients", &s.to}, {"cc", "recipients of a copy", &s.cc}, {"bcc", "recipients of a copy that the header does not name", &s.bcc}} {
		set.Many(addressesInto(list.into), list.name, "ADDRESSES", list.text+"; may be repeated").Example = "bat@example.mn"
	}
}

func (s *send) defineMessage(set *settings.Set) {
	set.String(&s.subject, "subject", "TEXT", "the subject, in any script")
	set.String(&s.text, "text", "TEXT", "the text")
	set.String(&s.html, "html", "HTML", "the HTML; beside --text an alternative to it")
	set.Many(func(v string) error { s.attach = append(s.attach, v); return nil }, "attach", "FILE", "attach a file; may be repeated")
	set.Many(s.addHeader, "header", "'NAME: VALUE'", "one header field more; may be repeated").Example = "'X-Test: 1'"
}

func (s *send) setServer(v string) error {
	s.server = v
	if path, ok := strings.CutPrefix(v, "unix:"); ok && path != "" {
		return nil
	}
	if host, port, err := net.SplitHostPort(v); err != nil || host == "" || port == "" {
		return fmt.Errorf("%q is no server; write HOST:PORT or unix:/path", v)
	}
	return nil
}

func (s *send) setPath(v string) error {
	s.path = v
	if paths[v] == nil {
		return fmt.Errorf("%q is neither %s nor %s", v, pathDial, pathSendMail)
	}
	return nil
}

func (s *send) setTLS(v string) error { return s.options.Security.UnmarshalText([]byte(v)) }

func (s *send) setMechanism(v string) error {
	s.mechanism = list(strings.ToUpper(v))
	return nil
}

func (s *send) setFrom(v string) error {
	if s.null = v == "<>"; s.null {
		s.from = mail.Address{Address: "MAILER-DAEMON@localhost"}
		return nil
	}
	list, err := addresses(v)
	if err == nil && len(list) != 1 {
		err = errors.New("write one address")
	}
	if err == nil {
		s.from = list[0]
	}
	return err
}

func addressesInto(all *[]mail.Address) func(string) error {
	return func(v string) error {
		list, err := addresses(v)
		*all = append(*all, list...)
		return err
	}
}

// addresses reads addresses between commas, with or without names.
func addresses(v string) ([]mail.Address, error) {
	if strings.EqualFold(v, "postmaster") {
		// The one address that needs no domain, RFC 5321 §4.5.1.
		return []mail.Address{{Address: v}}, nil
	}
	parsed, err := mail.ParseAddressList(v)
	if err != nil {
		return nil, fmt.Errorf("%q is no address; write bat@example.mn or 'Bat <bat@example.mn>'", v)
	}
	list := make([]mail.Address, 0, len(parsed))
	for _, a := range parsed {
		list = append(list, *a)
	}
	return list, nil
}

func (s *send) addHeader(v string) error {
	name, value, ok := strings.Cut(v, ":")
	if !ok {
		return fmt.Errorf("%q is no header field; write 'NAME: VALUE'", v)
	}
	s.header = append(s.header, sender.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	return nil
}

// check refuses what would do nothing.
func (s *send) check(args []string) error {
	composed := s.subject+s.text+s.html != "" || s.attach != nil || s.header != nil
	for _, wrong := range []struct {
		is        bool
		text, try string
	}{
		{len(args) > 1, "one message at a time", "--to bat@example.mn message.eml"},
		{len(s.to)+len(s.cc)+len(s.bcc) == 0, "there is nobody to send to", "--to bat@example.mn"},
		{len(args) > 0 && composed, "the message is in the file: --subject, --text, --html, --attach and --header are for one that is composed", "--to bat@example.mn message.eml"},
		{s.user == "" && s.password != "", "--password-file needs --user", "--to bat@example.mn --user NAME --password-file FILE"},
		{s.user == "" && s.mechanism != nil, "--mechanism needs --user", "--to bat@example.mn --user NAME --mechanism PLAIN"},
		{s.user == "" && s.plaintext, "--allow-plaintext-auth needs --user", "--to bat@example.mn --user NAME --allow-plaintext-auth"},
		{s.insecure && s.caFile != "", "--insecure takes any certificate, so --ca does nothing", "--to bat@example.mn --ca ca.pem"},
		{!s.mayTLS() && (s.insecure || s.caFile != ""), "--tls none leaves no certificate to trust", "--to bat@example.mn --tls starttls --ca ca.pem"},
	} {
		if wrong.is {
			return &settings.Fault{Text: wrong.text, Try: "smtpspec send " + wrong.try}
		}
	}
	return nil
}

func (s *send) mayTLS() bool {
	return s.options.Security != sender.Plain
}
