package wire

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// extension is a service extension, RFC 5321 §2.2. Each has a file of its own,
// named after its keyword. What a session did not offer is refused.
type extension struct {
	keyword  string
	optional bool // offered only by a server that was told to advertise it
	// line is what EHLO says of it, "" where it cannot be offered.
	line func(cfg *Config, to client) string
	// mail and rcpt are the parameters that it adds.
	mail, rcpt map[string]take
}

// take looks at a parameter. Its reply refuses the command; a zero one does
// not.
type take func(s *Session, value string, has bool) record.Reply

// extensions are in the order in which EHLO lists them.
var extensions = []*extension{
	&pipelining, &size, &eightBitMIME, &smtpUTF8, &enhancedStatusCodes, &dsn, &chunking, &binaryMIME,
	&deliverBy, &mtPriority, &limits, &requireTLS, &xclient, &startTLS, &authentication,
}

// Keywords returns the EHLO keywords of the extensions that a session can
// speak, in the order in which EHLO lists them.
func Keywords() []string {
	names := make([]string, 0, len(extensions))
	for _, e := range extensions {
		names = append(names, e.keyword)
	}
	return names
}

// client is what an offer depends on.
type client struct {
	tls         bool
	trusted     bool // its address may speak for others
	certificate bool // it showed one in the handshake
}

// offer is what EHLO's reply offers.
type offer struct {
	reply record.Reply
	of    []*extension
}

func (o *offer) has(e *extension) bool { return slices.Contains(o.of, e) }

// only returns what is left of the offer if EHLO's reply has these lines.
func (o *offer) only(lines []string) *offer {
	rest := &offer{reply: o.reply}
	for _, e := range o.of {
		if slices.ContainsFunc(lines, func(line string) bool { return keywordIs(line, e.keyword) }) {
			rest.of = append(rest.of, e)
		}
	}
	return rest
}

// offering makes EHLO's reply. The lists of withheld and advertised keywords
// are those of a rule, beside the ones of the server.
func (cfg *Config) offering(to client, withhold, advertise []string) *offer {
	o := &offer{}
	lines := []string{cfg.Hostname}
	advertise = slices.Concat(cfg.Advertise, advertise)
	withhold = slices.Concat(cfg.Withhold, withhold)
	for _, e := range extensions {
		line := e.line(cfg, to)
		if line == "" || containsFold(withhold, e.keyword) || e.optional && !advertised(advertise, e.keyword) {
			continue
		}
		o.of = append(o.of, e)
		lines = append(lines, replaced(line, e.keyword, advertise))
	}
	for _, line := range advertise {
		if extensionOf(line) == nil {
			lines = append(lines, line)
		}
	}
	o.reply = record.NewReply(250, lines...)
	return o
}

// extensionOf returns the extension that a line of EHLO's reply names, nil for
// one that is not known here.
func extensionOf(line string) *extension {
	for _, e := range extensions {
		if keywordIs(line, e.keyword) {
			return e
		}
	}
	return nil
}

// replaced returns the advertised line for a keyword, if it has parameters, in
// place of our own.
func replaced(line, keyword string, advertise []string) string {
	for _, a := range advertise {
		if keywordIs(a, keyword) && len(a) > len(keyword) {
			line = a
		}
	}
	return line
}

func advertised(lines []string, keyword string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return keywordIs(line, keyword) })
}

func keywordIs(line, keyword string) bool {
	word, _, _ := strings.Cut(line, " ")
	return strings.EqualFold(word, keyword)
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

// takeParams looks at each parameter of MAIL or RCPT. One that no offered
// extension has is a 555, RFC 5321 §4.1.1.11.
func (s *Session) takeParams(params []param, of func(*extension) map[string]take) (map[string]string, record.Reply) {
	var values map[string]string
	for _, p := range params {
		f := s.offered(p.key, of)
		if f == nil {
			s.note(notOffered, p.key)
			return nil, badParam
		}
		if refusal := f(s, p.value, p.has); refusal.Code != 0 {
			return nil, refusal
		}
		if values == nil {
			values = make(map[string]string, len(params))
		}
		values[p.key] = p.value
	}
	return values, record.Reply{}
}

func (s *Session) offered(key string, of func(*extension) map[string]take) take {
	if s.offer == nil {
		return nil
	}
	for _, e := range s.offer.of {
		if f := of(e)[key]; f != nil {
			return f
		}
	}
	return nil
}

func mailParams(e *extension) map[string]take { return e.mail }
func rcptParams(e *extension) map[string]take { return e.rcpt }

// offers says that EHLO offered e in this session.
func (s *Session) offers(e *extension) bool { return s.offer != nil && s.offer.has(e) }

// plain is an extension's line that never changes.
func plain(keyword string) func(*Config, client) string {
	return func(*Config, client) string { return keyword }
}

// malformed refuses a parameter that its extension cannot read.
func (s *Session) malformed(param string) record.Reply {
	s.note(badParameter, param)
	return record.NewReply(501, "5.5.4 Syntax error in a parameter")
}
