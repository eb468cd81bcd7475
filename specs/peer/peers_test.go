package peer_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// running is a server that runs a script, for a client that it must not fail.
func running(script func(*harness.Peer) error, opts ...harness.Option) *harness.Server {
	GinkgoHelper()
	return harness.NewServer(GinkgoT(), append(opts, harness.WithPeer(script))...)
}

// reading is running for a script as text.
func reading(text string, opts ...harness.Option) *harness.Server {
	GinkgoHelper()
	script, err := harness.ParsePeer(text)
	Expect(err).NotTo(HaveOccurred())
	return running(script, opts...)
}

// complaining is a server whose script may fail, and its violations.
func complaining(script func(*harness.Peer) error, opts ...harness.Option) (*harness.Server, func() string) {
	GinkgoHelper()
	t := &rawclient.FakeTest{}
	srv := harness.NewServer(t, append(opts, harness.WithPeer(script))...)
	DeferCleanup(t.End)
	return srv, func() string {
		t.End()
		return t.Errors()
	}
}

func ended(ctx context.Context, srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Eventually(ctx, func() harness.End {
		if all := srv.Sessions(); len(all) > 0 {
			return all[0].End
		}
		return harness.StillOpen
	}).ShouldNot(Equal(harness.StillOpen))
	return srv.Sessions()[0]
}

// told is what the server sent, as the record has it.
func told(s *harness.Session) string {
	var all strings.Builder
	all.WriteString(s.Greeting.Octets())
	for _, c := range s.Commands {
		all.WriteString(c.Reply.Octets())
		for _, more := range c.More {
			all.WriteString(more.Octets())
		}
	}
	return all.String()
}

// steps are methods of a Peer in a row.
func steps(all ...func(*harness.Peer) error) func(*harness.Peer) error {
	return func(p *harness.Peer) error {
		for _, do := range all {
			if err := do(p); err != nil {
				return err
			}
		}
		return nil
	}
}

func send(octets string) func(*harness.Peer) error {
	return func(p *harness.Peer) error { return p.Send(octets) }
}

func reply(code int, lines ...string) func(*harness.Peer) error {
	return func(p *harness.Peer) error { return p.Reply(code, lines...) }
}

func expect(pattern string) func(*harness.Peer) error {
	return func(p *harness.Peer) error { _, err := p.Expect(pattern); return err }
}

var greet = reply(220, "peer.example ESMTP")
