package harness

import (
	"cmp"
	"crypto/tls"
)

// TLSOption changes how a server speaks TLS.
type TLSOption interface{ applyTLS(*tlsOptions) }

type tlsOptionFunc func(*tlsOptions)

func (f tlsOptionFunc) applyTLS(o *tlsOptions) { f(o) }

// WithSTARTTLS offers STARTTLS. Without options the certificate comes from a
// throw-away CA that ClientTLSConfig and CAFile let a client trust.
func WithSTARTTLS(o ...TLSOption) Option {
	return optionFunc(func(all *options) { all.tls.use(o, false) })
}

// WithImplicitTLS puts the handshake before the greeting, RFC 8314 §3.
func WithImplicitTLS(o ...TLSOption) Option {
	return optionFunc(func(all *options) { all.tls.use(o, true) })
}

// RequireTLS answers 530 until the session is encrypted, RFC 3207 §4.
func RequireTLS() Option { return optionFunc(func(o *options) { o.cfg.RequireTLS = true }) }

// tlsOptions are the sum of all TLSOptions.
type tlsOptions struct {
	on, implicit bool
	certificate  *tls.Certificate
	bad          *BadCertificate
	min, max     uint16
	config       *tls.Config
}

func (t *tlsOptions) use(o []TLSOption, implicit bool) {
	t.on, t.implicit = true, t.implicit || implicit
	for _, one := range o {
		one.applyTLS(t)
	}
}

// WithCertificate sets the server's certificate.
func WithCertificate(c tls.Certificate) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.certificate = &c })
}

// WithBadCertificate gives the server a certificate that no client may trust.
func WithBadCertificate(k BadCertificate) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.bad = &k })
}

// WithTLSVersions bounds the versions that the server speaks, by the constants
// of crypto/tls. 0 is no bound of our own.
func WithTLSVersions(min, max uint16) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.min, t.max = min, max })
}

// WithTLSConfig starts from a configuration of the caller's: client
// certificates, cipher suites.
func WithTLSConfig(c *tls.Config) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.config = c })
}

// server makes the configuration of the server's side.
func (t *tlsOptions) server(hostname string) (*tls.Config, error) {
	c := &tls.Config{}
	if t.config != nil {
		c = t.config.Clone()
	}
	c.MinVersion, c.MaxVersion = cmp.Or(t.min, c.MinVersion), cmp.Or(t.max, c.MaxVersion)
	if t.certificate == nil && len(c.Certificates) > 0 && t.bad == nil {
		return c, nil
	}
	certificate, err := t.choose(hostname)
	c.Certificates = []tls.Certificate{certificate}
	return c, err
}

func (t *tlsOptions) choose(hostname string) (tls.Certificate, error) {
	switch {
	case t.certificate != nil:
		return *t.certificate, nil
	case t.bad != nil:
		return processAuthority().bad(*t.bad, hostname)
	}
	return processAuthority().leaf(hostname)
}
