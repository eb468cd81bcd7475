package guard

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// checkHost refuses what was not sent to us by one of our names: a page whose
// name was made to lead here still sends its own.
func (g *Guard) checkHost(r *http.Request) *problem.Problem {
	host := canonicalHost(withoutPort(r.Host))
	if isLoopback(host) || g.hosts[host] {
		return nil
	}
	return problem.New(http.StatusMisdirectedRequest,
		"this server does not answer under that host name; use localhost, or configure the name as one of its own")
}

// withoutPort takes the port off a Host header. What is none stays as it is.
func withoutPort(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		return name
	}
	return host
}

// canonicalHost is the form in which hosts are compared.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().String()
	}
	return host
}

func isLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	// Browsers resolve these names themselves, RFC 6761 §6.3.
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
