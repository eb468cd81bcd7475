package harness

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
)

// Addr returns the address of the server: "127.0.0.1:40213", the path of a
// Unix socket, or "memory:mx.harness.test".
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Addrs returns the addresses of all listeners, in the order of the options.
func (s *Server) Addrs() []net.Addr {
	var addrs []net.Addr
	for _, l := range s.listeners {
		addrs = append(addrs, l.Addr())
	}
	return addrs
}

// Host returns the address without its port.
func (s *Server) Host() string {
	if a, ok := s.listeners[0].Addr().(*net.TCPAddr); ok {
		return a.IP.String()
	}
	return s.Addr()
}

// Port returns the port, 0 if the server has none.
func (s *Server) Port() int {
	if a, ok := s.listeners[0].Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// Hostname returns the name in the greeting and on the certificate.
func (s *Server) Hostname() string { return s.cfg.Hostname }

// Dial connects to the server, in memory or over its first listener. The
// caller closes the connection.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	if s.memory != nil {
		return s.memory.Dial(ctx)
	}
	a := s.listeners[0].Addr()
	var d net.Dialer
	return d.DialContext(ctx, a.Network(), a.String())
}

// DialContext is Dial for clients that take a dialer. It ignores network and
// addr, so a client may be told any host name.
func (s *Server) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return s.Dial(ctx)
}

// ClientTLSConfig returns a configuration that trusts the CA of this process
// and expects the server's name. The caller may change it.
func (s *Server) ClientTLSConfig() *tls.Config {
	return &tls.Config{RootCAs: processAuthority().pool(), ServerName: s.Hostname()}
}

// CA returns the certificate of the CA of this process as PEM.
func (s *Server) CA() []byte { return CA() }

// CA returns the certificate of the CA that signs for every server of this
// process, as PEM.
func CA() []byte { return processAuthority().pem() }

// badCertificate makes a certificate for this server that no client may trust.
func (s *Server) badCertificate(kind string) (tls.Certificate, error) {
	for fault, name := range badCertificateNames {
		if strings.ReplaceAll(strings.ToLower(name), " ", "-") == kind {
			return processAuthority().bad(BadCertificate(fault), s.cfg.Hostname)
		}
	}
	return tls.Certificate{}, fmt.Errorf("harness: no certificate of the kind %q", kind)
}
