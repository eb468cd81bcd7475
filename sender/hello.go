package sender

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Extensions are the service extensions of an EHLO reply: keyword in upper case
// to parameters as they came. AUTH holds the mechanisms of all AUTH lines, the
// old form "AUTH=PLAIN" among them.
type Extensions map[string]string

// Has says whether the keyword was offered; case does not matter.
func (x Extensions) Has(keyword string) bool {
	_, ok := x[strings.ToUpper(keyword)]
	return ok
}

// Mechanisms returns the SASL mechanisms of AUTH, in upper case, as offered.
func (x Extensions) Mechanisms() []string {
	return strings.Fields(strings.ToUpper(x["AUTH"]))
}

// MaxSize returns the limit of SIZE in octets, or 0 where there is none: not
// offered, no number, 0, or too large to count (RFC 1870 §4).
func (x Extensions) MaxSize() int64 { return x.number("SIZE") }

func (x Extensions) number(keyword string) int64 {
	n, err := strconv.ParseInt(x[keyword], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Limit returns a limit of RFC 9422, such as RCPTMAX or MAILMAX, or 0.
func (x Extensions) Limit(name string) int {
	for _, field := range strings.Fields(x["LIMITS"]) {
		key, value, _ := strings.Cut(field, "=")
		if n, err := strconv.Atoi(value); err == nil && n > 0 && strings.EqualFold(key, name) {
			return n
		}
	}
	return 0
}

// parseExtensions reads the lines behind the first, which names the server
// (RFC 5321 §4.1.1.1). A line that holds no keyword is passed over.
func parseExtensions(r Reply) Extensions {
	x := Extensions{}
	for _, line := range r.Lines[1:] {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		keyword := strings.ToUpper(fields[0])
		if mech, ok := strings.CutPrefix(keyword, "AUTH="); ok {
			keyword, fields[0] = "AUTH", mech
		} else {
			fields = fields[1:]
		}
		params := strings.Join(fields, " ")
		if old, ok := x[keyword]; ok && keyword == "AUTH" {
			params = strings.TrimSpace(old + " " + params)
		} else if ok {
			continue
		}
		x[keyword] = params
	}
	return x
}

// hello sends EHLO, or LHLO, and forgets whatever an earlier one offered. Only a
// server that does not know EHLO is asked with HELO (RFC 5321 §3.2).
func (c *Client) hello(ctx context.Context, name string) error {
	c.extensions = Extensions{}
	verb := "EHLO "
	if c.opts.LMTP {
		verb = "LHLO "
	}
	cmd := command{step: StepHello, line: verb + name}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return err
	}
	if r.Code == 250 {
		c.extensions = parseExtensions(r)
		return nil
	}
	if c.opts.LMTP || r.Code != 500 && r.Code != 502 && r.Code != 504 {
		return c.wantCode(cmd, r, 250)
	}
	cmd.line = "HELO " + name
	if r, err = c.roundTrip(ctx, cmd); err != nil {
		return err
	}
	return c.wantCode(cmd, r, 250)
}

// helloName returns the argument of EHLO: what was configured, else the name of
// the machine if it is fully qualified, else its address (RFC 5321 §4.1.4).
func (c *Client) helloName() (string, error) {
	if c.opts.Hello != "" {
		return checkHello(c.opts.Hello)
	}
	if name, err := os.Hostname(); err == nil && fullyQualified(name) {
		return name, nil
	}
	return literal(c.raw.LocalAddr()), nil
}

func checkHello(name string) (string, error) {
	if isLiteral(name) {
		return name, nil
	}
	ascii, err := asciiDomain(name)
	if err != nil {
		return "", problem(ErrArgument, "EHLO name "+quoted(name))
	}
	return ascii, nil
}

func fullyQualified(name string) bool {
	_, tld, dotted := cutLast(name, ".")
	switch strings.ToLower(tld) {
	case "localdomain", "local", "internal", "lan":
		return false
	}
	return dotted && isDomain(name) && !digits(tld)
}

// literal writes an address as RFC 5321 §4.1.3 has it. A connection without an
// IP address is local.
func literal(addr net.Addr) string {
	ip := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if tcp, ok := addr.(*net.TCPAddr); ok {
		if a, ok := netip.AddrFromSlice(tcp.IP); ok {
			ip = a.Unmap()
		}
	}
	if ip.Is6() {
		return "[IPv6:" + ip.WithZone("").String() + "]"
	}
	return "[" + ip.String() + "]"
}

// asciiDomain returns the domain with its labels as A-labels (RFC 5891).
func asciiDomain(domain string) (string, error) {
	if !ascii(domain) {
		a, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", problem(ErrAddress, "domain "+quoted(domain))
		}
		domain = a
	}
	if !isDomain(domain) {
		return "", problem(ErrAddress, "domain "+quoted(domain))
	}
	return domain, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
