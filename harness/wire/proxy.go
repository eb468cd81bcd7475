package wire

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
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
	if !s.peerWithin(s.cfg.PROXY) {
		return true
	}
	s.sock.limitRead(time.Now().Add(s.cfg.Limits.Idle))
	s.sock.idle = true
	in := bufio.NewReader(s.sock)
	header, err := proxyproto.Read(in)
	s.sock.idle = false
	if err != nil {
		s.withoutProxy(err)
		return false
	}
	if rest, _ := in.Peek(in.Buffered()); len(rest) > 0 {
		s.sock.early = bytes.Clone(rest)
	}
	if from, ok := header.SourceAddr.(*net.TCPAddr); ok {
		s.proxied, _ = netip.AddrFromSlice(from.IP)
	}
	s.vouch(proxyFacts(header))
	return true
}

// withoutProxy ends a session whose header did not come, or was none.
func (s *Session) withoutProxy(err error) {
	end := record.EndRefused
	switch {
	case s.aborted.Load(), errors.Is(err, errDrained):
		end = record.EndServerClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		end = record.EndTimedOut
	}
	s.hangUp(end, "no PROXY header from a trusted address: "+err.Error())
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
