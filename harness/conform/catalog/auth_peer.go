package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// byHand is a baseline whose AUTH exchanges are those of talk, which gets the
// command and ends with its final reply. Messages are taken from everybody.
type byHand struct {
	transaction
	offer  string // mechanisms
	talk   func(*harness.Peer, record.Command) error
	mode   conform.TLSMode
	secure bool
}

// signing is the script of a server that is byHand.
func signing(text, offer string, talk func(*harness.Peer, record.Command) error) *conform.Script {
	return &conform.Script{Text: text, TLS: conform.AnyTLS, Auth: []string{"PLAIN"}, Options: secrets,
		Peer: func(e conform.Env, p *harness.Peer) error {
			mode := conform.AnyTLS.For(e.Profile)
			h := &byHand{transaction: transaction{Peer: p, Env: e, code: 354}, offer: offer, talk: talk, mode: mode, secure: mode == conform.ImplicitTLS}
			return h.run(h.answer)
		}}
}

// secrets keep what AUTH carries: the password of a job is no secret.
func secrets(conform.Env) []harness.Option { return []harness.Option{harness.RecordSecrets()} }

func (h *byHand) answer(c record.Command) error {
	switch c.Verb {
	case "EHLO":
		return h.Reply(250, h.offers()...)
	case "STARTTLS":
		return h.upgrade()
	case "AUTH":
		return h.talk(h.Peer, c)
	}
	return h.transaction.answer(c, (*transaction).accept)
}

func (h *byHand) offers() []string {
	lines := []string{"mx.test", "AUTH " + h.offer}
	if h.mode == conform.STARTTLS && !h.secure {
		lines = append(lines, "STARTTLS")
	}
	return lines
}

func (h *byHand) upgrade() error {
	if h.mode != conform.STARTTLS || h.secure {
		return h.Reply(503, "Bad sequence of commands")
	}
	if err := h.Reply(220, "Go ahead"); err != nil {
		return err
	}
	h.secure = true
	return h.StartTLS()
}

// asked returns the initial response, or what the client answers to an empty
// challenge sent as prompt.
func asked(p *harness.Peer, c record.Command, prompt string) (string, error) {
	if _, initial, found := strings.Cut(c.Arg, " "); found {
		return initial, nil
	}
	return sendChallenge(p, prompt)
}

// sendChallenge sends octets and returns what the client answers.
func sendChallenge(p *harness.Peer, octets string) (string, error) {
	if err := p.Send(octets); err != nil {
		return "", err
	}
	c, err := p.ReadLine()
	return c.Line, err
}
