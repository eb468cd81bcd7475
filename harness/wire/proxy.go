package wire

import (
	"bufio"
	"bytes"
	"net"
	"strconv"
	"time"

	proxyproto "github.com/pires/go-proxyproto"

	"github.com/smtpspec/smtpspec/harness/record"
)

// The PROXY protocol, versions 1 and 2: a balancer says for whom it connects,
// before anything else. It is expected of trusted addresses, and of them
// always: a header that may be missing could be sent by the client behind.

// readProxy reads the header of a trusted peer. It says whether the session
// goes on.
func (s *Session) readProxy() bool {
	if !s.cfg.PROXY || !s.trusted() {
		return true
	}
	s.sock.limitRead(time.Now().Add(s.cfg.Limits.Idle))
	in := bufio.NewReader(s.sock)
	header, err := proxyproto.Read(in)
	if err != nil {
		s.hangUp(record.EndRefused, "no PROXY header from a trusted address: "+err.Error())
		return false
	}
	if rest, _ := in.Peek(in.Buffered()); len(rest) > 0 {
		s.sock.early = bytes.Clone(rest)
	}
	s.vouch(proxyFacts(header))
	return true
}

func proxyFacts(h *proxyproto.Header) map[string]string {
	facts := map[string]string{"PROTO": "PROXY v" + strconv.Itoa(int(h.Version))}
	if h.Command.IsLocal() {
		facts["PROTO"] += " LOCAL"
		return facts
	}
	addAddress(facts, "", h.SourceAddr)
	addAddress(facts, "DEST", h.DestinationAddr)
	return facts
}

func addAddress(facts map[string]string, prefix string, a net.Addr) {
	if tcp, ok := a.(*net.TCPAddr); ok {
		facts[prefix+"ADDR"] = tcp.IP.String()
		facts[prefix+"PORT"] = strconv.Itoa(tcp.Port)
	}
}
