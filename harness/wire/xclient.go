package wire

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
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
		if len(cfg.XCLIENT) == 0 || !to.trusted {
			return ""
		}
		return "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
	},
}

// trusted says that the client may speak for others. Behind a balancer the
// client is the one that its PROXY header names.
func (s *Session) trusted() bool {
	if len(s.cfg.XCLIENT) == 0 {
		return false
	}
	if s.proxied.IsValid() {
		return within(s.cfg.XCLIENT, s.proxied)
	}
	return s.peerWithin(s.cfg.XCLIENT)
}

// peerWithin says that the socket's other end is in one of the networks.
func (s *Session) peerWithin(networks []netip.Prefix) bool {
	peer, err := netip.ParseAddrPort(s.rec.session.Remote)
	return err == nil && within(networks, peer.Addr())
}

func within(networks []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
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
		s.note(badParameter, c.Line)
		return badXCLIENT
	}
	s.vouch(facts)
	return s.banner()
}

// startAnew begins the session again behind the reply to XCLIENT: what the
// client before has said is void, for the dialogue too.
func (s *Session) startAnew() {
	s.state = state{}
	s.auth.done = told(s.rec.session.Client["LOGIN"])
	s.restart = true
}

// told says that the peer knows an attribute of the client.
func told(value string) bool {
	return value != "" && value != "[UNAVAILABLE]" && value != "[TEMPUNAVAIL]"
}

// vouch adds to what trusted peers said of the client.
func (s *Session) vouch(facts map[string]string) {
	all := map[string]string{}
	maps.Copy(all, s.rec.session.Client)
	maps.Copy(all, facts)
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
		facts[name], _ = record.CutPrefixFold(decoded, "IPV6:")
	}
	if len(facts) == 0 {
		return nil
	}
	return facts
}

func validXCLIENT(name, value string) bool {
	if value != "" && !told(value) {
		return true
	}
	switch name {
	case "NAME", "HELO", "LOGIN":
		return value != ""
	case "PROTO":
		return strings.EqualFold(value, "SMTP") || strings.EqualFold(value, "ESMTP")
	case "PORT", "DESTPORT":
		_, err := strconv.ParseUint(value, 10, 16)
		return err == nil && decimal(value)
	case "ADDR", "DESTADDR":
		return validXCLIENTAddr(value)
	}
	return false
}

// validXCLIENTAddr says that value is an IPv4 address, or an IPv6 one behind
// its prefix.
func validXCLIENTAddr(value string) bool {
	v6, is6 := record.CutPrefixFold(value, "IPV6:")
	a, err := netip.ParseAddr(v6)
	return err == nil && a.Is6() == is6 && a.Zone() == ""
}

var badXCLIENT = record.NewReply(501, "5.5.4 Bad XCLIENT attribute")
