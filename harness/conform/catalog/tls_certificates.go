package catalog

import (
	gotls "crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// faults are the certificates that no client may trust, with their words in
// the names of scenarios.
var faults = []struct {
	word, title string
	fault       harness.BadCertificate
	level       rfc.Level
}{
	{"expired", "Expired certificate", harness.Expired, rfc.SECURITY},
	{"future", "Certificate that is not yet valid", harness.NotYetValid, rfc.SECURITY},
	{"wronghost", "Certificate for another host", harness.WrongName, rfc.MUST},
	{"selfsigned", "Self-signed certificate", harness.SelfSigned, rfc.SECURITY},
	{"untrusted", "Certificate of an unknown CA", harness.UnknownCA, rfc.SECURITY},
}

// badCertificates are the scenarios of faults, with STARTTLS or implicit TLS.
func badCertificates(prefix string, mode conform.TLSMode, needs ...conform.Need) []scenario {
	var all []scenario
	for _, f := range faults {
		all = append(all, scenario{ID: prefix + f.word, Tier: 1, Title: f.title, Level: f.level, RFC: "3207 §4.1; 4954 §14; 7817 §3; 8314 §5.3",
			Expect: "passes: a failure before MAIL; fails: MAIL or AUTH is sent. TLS is required, and the CA to trust is given.",
			Needs:  needs,
			Script: &conform.Script{ID: prefix + f.word, Text: "the fault of the certificate: " + f.fault.String(), TLS: mode,
				ServerTLS: func(conform.Env) []harness.TLSOption {
					return []harness.TLSOption{harness.WithBadCertificate(f.fault)}
				}},
			Judge: distrusted})
	}
	return all
}

// showing is a server with a certificate out of the ordinary.
func showing(text string, template x509.Certificate) *conform.Script {
	return &conform.Script{Text: text, TLS: conform.STARTTLS, ServerTLS: func(conform.Env) []harness.TLSOption {
		return with509(harness.SignCertificate(&template, nil))
	}}
}

// with509 gives a server the certificate.
func with509(certificate gotls.Certificate, err error) []harness.TLSOption {
	if err != nil {
		panic(err) // templates are fixed: no input can bring this about
	}
	return []harness.TLSOption{harness.WithCertificate(certificate)}
}

var (
	forServers = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	forClients = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
)

var starttlsFaults = badCertificates("tls-cert-", conform.STARTTLS, conform.NeedStartTLS)

// faultScript is the script of a fault with STARTTLS, for others that look at it:
// at the farewell, and at what is told.
func faultScript(word string) *conform.Script {
	i := slices.IndexFunc(starttlsFaults, func(s scenario) bool { return s.ID == "tls-cert-"+word })
	return starttlsFaults[i].Script
}

var tlsCertificates = of(tlsGroup, append(starttlsFaults,
	scenario{ID: "tls-cert-cn-only", Tier: 2, Title: "Name in the common name only", Level: rfc.MAY, RFC: "7817 §3; 9525 §2",
		Expect: "info: refused, as RFC 9525 has it, or taken, as RFC 7817 still allows; fails: an untrue report",
		Needs:  startTLS,
		Script: &conform.Script{Text: "no subjectAltName; the common name is the host's", TLS: conform.STARTTLS, ServerTLS: func(conform.Env) []harness.TLSOption {
			t := x509.Certificate{ExtKeyUsage: forServers}
			t.Subject.CommonName = "localhost"
			return with509(harness.SignCertificate(&t, nil))
		}},
		Judge: triedSTARTTLS(conform.Decides("the common name was taken", "the common name was not taken"))},
	scenario{ID: "tls-cert-wildcard", Tier: 2, Title: "Wildcard that does not stand for the host", Level: rfc.MUST, RFC: "4954 §14; 7817 §3",
		Expect: "passes: a failure before MAIL; fails: *.localhost, or localh*, is accepted for localhost",
		Needs:  startTLS,
		Scripts: []*conform.Script{
			withID("tls-cert-wildcard-below", showing("the certificate is for *.localhost", x509.Certificate{DNSNames: []string{"*.localhost"}, ExtKeyUsage: forServers})),
			withID("tls-cert-wildcard-fragment", showing("the certificate is for localh*", x509.Certificate{DNSNames: []string{"localh*"}, ExtKeyUsage: forServers})),
		},
		Judge: func(c *conform.Case) conform.Verdict {
			return conform.Worst(distrusted(c), distrusted(c.On(1)))
		}},
	scenario{ID: "tls-cert-ip-san", Tier: 2, Title: "Address in the certificate", Level: rfc.SHOULD, RFC: "9525 §6.2; 5280 §4.2.1.6",
		Expect: "passes: delivered to a host that is an address; warns: refused; does not apply to a client that has to be given a name",
		Effect: "Servers that are configured by address cannot be used.",
		Needs:  startTLS,
		Script: &conform.Script{Text: "the certificate is for the address 127.0.0.1; the host of the job is that address", TLS: conform.STARTTLS, Addr: "127.0.0.1",
			ServerTLS: func(conform.Env) []harness.TLSOption {
				return with509(harness.SignCertificate(&x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: forServers}, nil))
			}},
		Judge: func(c *conform.Case) conform.Verdict {
			if net.ParseIP(c.Job.Host) == nil {
				return c.NotApplicable("the client was given the name %s", c.Job.Host)
			}
			return conform.Delivered(c)
		}},
	scenario{ID: "tls-cert-eku", Tier: 2, Title: "Certificate for clients only", Level: rfc.SECURITY, RFC: "5280 §4.2.1.12",
		Expect: "passes: a failure before MAIL; fails: MAIL or AUTH is sent",
		Needs:  startTLS,
		Script: showing("the extended key usage is clientAuth alone", x509.Certificate{DNSNames: []string{"localhost", "mx.test"}, ExtKeyUsage: forClients}), Judge: distrusted},
	scenario{ID: "tls-cert-chain", Tier: 2, Title: "Intermediate left out", Level: rfc.SECURITY, RFC: "7817 §3; 8314 §5.3; 5280 §6.1",
		Expect: "passes: a failure before MAIL; fails: MAIL or AUTH is sent",
		Needs:  startTLS,
		Script: &conform.Script{Text: "the certificate is of an intermediate CA, whose own is not shown", TLS: conform.STARTTLS, ServerTLS: withoutIntermediate}, Judge: distrusted},
	scenario{ID: "tls-cert-auth-leak", Tier: 1, Title: "No password for another host", Level: rfc.MUST, RFC: "4954 §14",
		Expect: "passes: no AUTH; fails: AUTH is sent",
		Effect: "The password is in the hands of whoever answers for the host.",
		Needs:  []conform.Need{conform.NeedStartTLS, conform.NeedAuth},
		Script: &conform.Script{Text: "the certificate is for another host; AUTH PLAIN LOGIN", TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN"}, Options: secrets,
			ServerTLS: func(conform.Env) []harness.TLSOption {
				return []harness.TLSOption{harness.WithBadCertificate(harness.WrongName)}
			}},
		Judge: triedSTARTTLS(inTurn(never("AUTH"), distrusted))},
	scenario{ID: "tls-opt-cert-fail-no-clear", Tier: 1, Title: "Opportunistic TLS with a bad certificate", Level: rfc.INFO, RFC: "3207 §4.1; 7435 §3",
		Expect: "info: delivered inside TLS, delivered in the clear, or refused; fails: an untrue report",
		Needs:  optional,
		Script: &conform.Script{Text: "a certificate of an unknown CA; the job asks for opportunistic TLS", TLS: conform.STARTTLS, Ask: askOptional,
			ServerTLS: func(conform.Env) []harness.TLSOption {
				return []harness.TLSOption{harness.WithBadCertificate(harness.UnknownCA)}
			}},
		Judge: opportunist},
	scenario{ID: "tls-quit-low-security", Tier: 2, Title: "Farewell where the certificate is not trusted", Level: rfc.SHOULD, RFC: "3207 §4.1",
		Expect: "passes: QUIT inside TLS, or an alert; warns: the connection is just closed",
		Needs:  startTLS,
		Script: faultScript("untrusted"), Judge: farewell},
)...)

// distrusted passes if a bad certificate stopped the client before MAIL and
// AUTH.
func distrusted(c *conform.Case) conform.Verdict {
	if said, sent := c.First("AUTH", "MAIL"); sent {
		where := "in the clear"
		if saidInTLS(said) {
			where = "inside TLS"
		}
		return c.Breach("%s was sent %s", said.Verb, where).At(c.Mark(said))
	}
	if c.Job.Security == record.SecurityStartTLS && c.Count("STARTTLS") == 0 {
		return c.Inconclusive("STARTTLS was not sent: %s", c.Told())
	}
	return c.Reported("", 0)
}

func withoutIntermediate(conform.Env) []harness.TLSOption {
	issuer := x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	issuer.Subject.CommonName = "smtpspec test intermediate"
	between, err := harness.SignCertificate(&issuer, nil)
	if err != nil {
		return with509(between, err)
	}
	return with509(harness.SignCertificate(&x509.Certificate{DNSNames: []string{"localhost", "mx.test"}, ExtKeyUsage: forServers}, &between))
}

func asksCertificate(conform.Env) []harness.TLSOption {
	return []harness.TLSOption{harness.WithTLSConfig(&gotls.Config{ClientAuth: gotls.RequestClientCert})}
}

func opportunist(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		if len(s.Messages) == 0 {
			continue
		}
		if s.TLS == nil {
			return conform.Decides("delivered in the clear", "failed")(c)
		}
		return conform.Decides("delivered inside TLS", "failed")(c)
	}
	return conform.Decides("delivered", "refused")(c)
}

// farewell looks at how a session with a bad certificate ended.
func farewell(c *conform.Case) conform.Verdict {
	s := c.Session()
	switch {
	case s == nil || c.Count("STARTTLS") == 0:
		return c.Inconclusive("STARTTLS was not sent: %s", c.Told())
	case c.Count("MAIL", "AUTH") > 0:
		return c.NotApplicable("the certificate was trusted")
	case len(insideSaid(c, "QUIT")) > 0:
		return c.Pass("QUIT inside TLS")
	case strings.Contains(s.EndDetail, "remote error: tls:"), strings.Contains(s.EndDetail, "bad record MAC"):
		// Inside TLS 1.3 some send their alert before they have the keys for it.
		return c.Pass("an alert: %s", record.Escape(s.EndDetail))
	case strings.Contains(s.EndDetail, "reset by peer"):
		return c.Inconclusive("a reset came, before which there may have been an alert")
	}
	return c.Breach("the connection was just closed: %s", record.Escape(s.EndDetail))
}
