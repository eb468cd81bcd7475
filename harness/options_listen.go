package harness

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

type listenSpec struct {
	network, addr  string
	implicit, lmtp bool
}

// WithAddr sets the address to listen on, "127.0.0.1:0" otherwise. "unix:/path"
// is a Unix socket.
func WithAddr(addr string) Option {
	return optionFunc(func(o *options) { o.listen = append(o.listen, specOf(addr, false)) })
}

// WithImplicitTLSAddr adds an address on which the handshake comes before the
// greeting, RFC 8314 §3, beside the one of WithAddr.
func WithImplicitTLSAddr(addr string) Option {
	return optionFunc(func(o *options) {
		o.tls.on = true
		o.listen = append(o.listen, specOf(addr, true))
	})
}

// WithLMTPAddr adds an address on which LMTP is spoken, RFC 2033.
func WithLMTPAddr(addr string) Option {
	return optionFunc(func(o *options) {
		spec := specOf(addr, false)
		spec.lmtp = true
		o.listen = append(o.listen, spec)
	})
}

// LMTP makes a server of LMTP, RFC 2033, instead of SMTP.
func LMTP() Option { return optionFunc(func(o *options) { o.lmtp = true }) }

// AcceptXCLIENT offers XCLIENT to clients from these networks ("127.0.0.0/8")
// or addresses: they may speak for others. Behind a PROXY header it is the
// client's address there that counts.
func AcceptXCLIENT(from ...string) Option {
	return optionFunc(func(o *options) { o.xclient = append(o.xclient, from...) })
}

// AcceptPROXY expects a header of the PROXY protocol, version 1 or 2, from
// clients in these networks or addresses, and from no others.
func AcceptPROXY(from ...string) Option {
	return optionFunc(func(o *options) { o.proxy = append(o.proxy, from...) })
}

func specOf(addr string, implicit bool) listenSpec {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenSpec{network: "unix", addr: path, implicit: implicit}
	}
	return listenSpec{network: "tcp", addr: addr, implicit: implicit}
}

// InMemory makes a server without a socket. Clients reach it with Dial or
// DialContext, inside a testing/synctest bubble too.
func InMemory() Option { return optionFunc(func(o *options) { o.inMemory = true }) }

// InTurns has the server of a testing/synctest bubble wait, before it reads,
// answers or closes, until all other goroutines of the bubble wait too. What it
// records of a client that does not wait for replies, or hangs up meanwhile, is
// the same in every run then. It goes with InMemory, and outside of a bubble it
// changes nothing but the speed.
func InTurns() Option { return optionFunc(func(o *options) { o.inTurns = true }) }

func (o *options) finishListeners() error {
	if o.inMemory && len(o.listen) > 0 {
		return fmt.Errorf("harness: InMemory() has no address; leave out WithAddr(%q)", o.listen[0].addr)
	}
	if o.inTurns && !o.inMemory {
		return fmt.Errorf("harness: InTurns() needs InMemory()")
	}
	plain := slices.ContainsFunc(o.listen, func(l listenSpec) bool { return !l.implicit && !l.lmtp })
	if !o.inMemory && !plain {
		o.listen = slices.Insert(o.listen, 0, listenSpec{network: "tcp", addr: "127.0.0.1:0"})
	}
	for i := range o.listen {
		o.listen[i].implicit = o.listen[i].implicit || o.tls.implicit
		o.listen[i].lmtp = o.listen[i].lmtp || o.lmtp
	}
	if o.cfg.RequireTLS && !o.tls.on {
		return fmt.Errorf("harness: RequireTLS() needs WithSTARTTLS() or WithImplicitTLS()")
	}
	return nil
}

func (o *options) finishTrust() (err error) {
	if o.cfg.XCLIENT, err = networks(o.xclient); err != nil {
		return err
	}
	o.cfg.PROXY, err = networks(o.proxy)
	return err
}

// networks reads networks and addresses.
func networks(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, from := range list {
		prefix, err := netip.ParsePrefix(from)
		if addr, e := netip.ParseAddr(from); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("harness: %q is no network; write 127.0.0.0/8 or an address", from)
		}
		all = append(all, prefix)
	}
	return all, nil
}
