package conform

import (
	"context"
	"crypto/tls"
	"slices"
)

// probeLegacy tries again with TLS 1.0 and 1.1, and the ciphers of their time,
// where a client was found to speak no TLS: it may be too old for a server of
// today, which RFC 8996 is about, and still have something to be checked.
func (k *check) probeLegacy(ctx context.Context, played map[string][]*Trial) {
	p := k.profile
	if p.Has(NeedStartTLS) || p.Has(NeedImplicitTLS) || !handshakeFailed(played["probe-starttls"]) && !handshakeFailed(played["probe-itls"]) {
		return
	}
	p.Legacy = true
	again := tlsProbes()
	for i := range again {
		again[i].Script.ID += "-legacy"
	}
	k.probe(ctx, played, again...)
	p.Legacy = p.Has(NeedStartTLS) || p.Has(NeedImplicitTLS)
}

// handshakeFailed says that a client tried.
func handshakeFailed(trials []*Trial) bool {
	for _, trial := range trials {
		if trial.Outcome.Class != Unsupported && EndOf(trial) == EndAlert {
			return true
		}
	}
	return false
}

// legacyTLS is for clients that speak nothing newer.
func legacyTLS() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS10}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		c.CipherSuites = append(c.CipherSuites, suite.ID)
	}
	return c
}
