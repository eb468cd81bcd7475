package wire

import (
	"crypto/tls"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var (
	certificateKinds = []string{"expired", "not-yet-valid", "wrong-name", "self-signed", "unknown-ca"}
	handshakeKinds   = []string{"drop", "garbage", "hang", "alert", "plain"}
	tlsVersionNames  = []string{"1.0", "1.1", "1.2", "1.3"}
)

// Certificate shows the client a certificate with one fault: "expired",
// "not-yet-valid", "wrong-name", "self-signed" or "unknown-ca". The rule's stage
// is STARTTLS or, for implicit TLS, CONNECT.
func (r Rule) Certificate(kind string) Rule {
	r = r.with(partCertificate)
	r.act.certificate = kind
	return r
}

// TLSVersions limits the handshake to the versions from min to max, each "1.0",
// "1.1", "1.2" or "1.3"; "" is no limit on that side. The server's own limits do
// not count. The rule's stage is STARTTLS or, for implicit TLS, CONNECT.
func (r Rule) TLSVersions(min, max string) Rule {
	r = r.with(partTLSVersions)
	r.versions = tlsVersionsJSON{min, max}
	r.act.tlsMin, r.act.tlsMax = tlsVersion(min, tls.VersionTLS10), tlsVersion(max, tls.VersionTLS13)
	return r
}

// Handshake answers the client's first octets of TLS with something else: "drop"
// closes the connection, "garbage" sends octets that are no TLS, "hang" says
// nothing, "alert" sends a fatal alert, "plain" an SMTP reply in clear. The
// rule's stage is STARTTLS or, for implicit TLS, CONNECT.
func (r Rule) Handshake(how string) Rule {
	r = r.with(partHandshake)
	r.act.handshake = how
	return r
}

// KeepPlaintext takes what the client sent in clear behind STARTTLS for
// something said under TLS, instead of dropping it: the fault of CVE-2011-0411,
// against RFC 3207 §4.2. The rule's stage is STARTTLS.
func (r Rule) KeepPlaintext() Rule {
	r = r.with(partKeepPlaintext)
	r.act.keepPlain = true
	return r
}

// tlsVersion returns the constant of crypto/tls, none for "", and 0 for what is
// no version.
func tlsVersion(name string, none uint16) uint16 {
	if name == "" {
		return none
	}
	if i := slices.Index(tlsVersionNames, name); i >= 0 {
		return tls.VersionTLS10 + uint16(i)
	}
	return 0
}

type tlsVersionsJSON struct {
	Min string `json:"min"`
	Max string `json:"max"`
}

func goTLSVersions(r Rule) string {
	return strconv.Quote(r.versions.Min) + ", " + strconv.Quote(r.versions.Max)
}

func tlsVersionsValue(r Rule) any { return r.versions }

func parseTLSVersions(r Rule, n ruleNode) (Rule, error) {
	fields, err := n.fields("min", "max")
	if err != nil {
		return r, err
	}
	var v tlsVersionsJSON
	for name, to := range map[string]*string{"min": &v.Min, "max": &v.Max} {
		if f, ok := fields[name]; ok && f.decode(to) != nil {
			return r, errRuleType
		}
	}
	return r.TLSVersions(v.Min, v.Max), nil
}

func (p *ruleProblems) checkTLS() {
	r := p.rule
	p.checkKind(partCertificate, r.act.certificate, certificateKinds)
	p.checkKind(partHandshake, r.act.handshake, handshakeKinds)
	p.checkTLSVersions()

	shakes := r.set & ruleTLS
	switch {
	case shakes == 0:
	case r.stage == record.STARTTLS:
		p.addIf(r.set.has(partInsideTLS), "the server refuses STARTTLS inside TLS, so %s changes nothing there; leave InsideTLS out", methodNames(shakes))
		p.addIf(r.set.has(ruleNoHandshake), "%s leaves no handshake for %s; leave one of them out", methodNames(r.set&ruleNoHandshake), methodNames(shakes))
		p.addIf(r.refuses(), "a reply that is not 2yz leaves no handshake for %s; leave one of them out", methodNames(shakes))
	case r.stage == record.CONNECT:
		p.addIf(r.set.has(partKeepPlaintext), "nothing is said in clear before implicit TLS; use KeepPlaintext with On(STARTTLS)")
		p.addIf(r.set.has(partBeforeTLS), "the handshake at CONNECT is that of implicit TLS; leave BeforeTLS out")
		p.addIf(r.set.has(partHandshake) && r.set.has(ruleGreeting), "Handshake leaves no greeting for %s; leave one of them out", methodNames(r.set&ruleGreeting))
	default:
		p.addIf(true, "there is no handshake at %s; use %s with On(STARTTLS), or with On(CONNECT) for implicit TLS", r.stage, methodNames(shakes))
	}
}

func (p *ruleProblems) checkKind(part ruleParts, kind string, known []string) {
	p.addIf(p.rule.set.has(part) && !slices.Contains(known, kind), "%s does not know %s%s; it knows %s",
		methodNames(part), shownKey(kind), didYouMean(kind, known), strings.Join(known, ", "))
}

func (p *ruleProblems) checkTLSVersions() {
	r := p.rule
	if !r.set.has(partTLSVersions) {
		return
	}
	p.addIf(r.versions == tlsVersionsJSON{}, `TLSVersions limits nothing; write a version, such as TLSVersions("", "1.1")`)
	for _, name := range []string{r.versions.Min, r.versions.Max} {
		p.addIf(tlsVersion(name, tls.VersionTLS10) == 0, `TLSVersions does not know %s; it knows %s, and "" for no limit`,
			shownKey(name), strings.Join(tlsVersionNames, ", "))
	}
	p.addIf(r.act.tlsMax != 0 && r.act.tlsMin > r.act.tlsMax, "TLSVersions(%s) leaves no version; write the least one first", goTLSVersions(r))
}

// refuses says that the rule's own reply does not let a command succeed that
// 2yz lets succeed.
func (r Rule) refuses() bool {
	switch {
	case r.set.has(partReply):
		return r.act.reply.Code/100 != 2
	case r.set.has(partReplyRaw):
		return record.ParseReply(string(r.act.raw)).Code/100 != 2
	}
	return false
}

// shakes says that an exchange has the handshake that a rule with one of
// ruleTLS is about: behind STARTTLS in clear, or before the greeting of implicit
// TLS.
func (r *Rule) shakes(x *Exchange) bool {
	return x.TLS == (x.Stage == record.CONNECT)
}
