package wire

import (
	"net/netip"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// XCLIENT, an extension of Postfix: a trusted peer says for whom it speaks, and
// the session begins anew as if that client had connected. It is offered to
// trusted addresses only.
var xclient = extension{
	keyword:  "XCLIENT",
	optional: false,
	line: func(cfg *Config, to client) string {
		if !cfg.XCLIENT || !to.trusted {
			return ""
		}
		return "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
	},
}

// trusted says that the peer may speak for other clients.
func (s *Session) trusted() bool {
	if len(s.cfg.Trusted) == 0 {
		return false
	}
	peer, err := netip.ParseAddrPort(s.rec.session.Remote)
	if err != nil {
		return false
	}
	for _, p := range s.cfg.Trusted {
		if p.Contains(peer.Addr().Unmap()) {
			return true
		}
	}
	return false
}

func (s *Session) serveXCLIENT(c record.Command) record.Reply {
	switch {
	case !s.offers(&xclient):
		s.note(notOffered, c.Line)
		return notImplemented
	case s.open:
		return badSequence
	}
	facts := parseXCLIENT(c.Arg)
	if facts == nil {
		return badXCLIENT
	}
	s.vouch(facts)
	s.state = state{}
	s.auth.done = facts["LOGIN"] != ""
	return record.NewReply(220, s.cfg.Hostname+" ESMTP ready")
}

// vouch adds to what trusted peers said of the client.
func (s *Session) vouch(facts map[string]string) {
	all := map[string]string{}
	for k, v := range s.rec.session.Client {
		all[k] = v
	}
	for k, v := range facts {
		all[k] = v
	}
	s.rec.vouched(all)
}

// parseXCLIENT reads attributes with xtext values. [UNAVAILABLE] and
// [TEMPUNAVAIL] mean that the peer does not know; nil means that the command
// is malformed.
func parseXCLIENT(arg string) map[string]string {
	facts := map[string]string{}
	for word := range strings.FieldsSeq(arg) {
		name, value, found := strings.Cut(word, "=")
		decoded, ok := decodeXtext(value)
		if !found || !ok || !keyword(name) || hasControl([]byte(decoded)) {
			return nil
		}
		if name = strings.ToUpper(name); !validXCLIENT(name, decoded) {
			return nil
		}
		facts[name] = decoded
	}
	if len(facts) == 0 {
		return nil
	}
	return facts
}

func validXCLIENT(name, value string) bool {
	if value == "[UNAVAILABLE]" || value == "[TEMPUNAVAIL]" {
		return true
	}
	switch name {
	case "NAME", "HELO", "LOGIN", "PROTO":
		return value != ""
	case "PORT", "DESTPORT":
		return decimal(value) && len(value) <= 5
	case "ADDR", "DESTADDR":
		address, _ := cutPrefixFold(value, "IPV6:")
		_, err := netip.ParseAddr(address)
		return err == nil
	}
	return false
}

var badXCLIENT = record.NewReply(501, "5.5.4 Bad XCLIENT attribute")
