package harness

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
)

// Share lets other processes have scopes of this server: Join takes the string
// that it returns, which is text of one line. It opens a listener on the
// loopback, until Close, that serves whoever knows the random key in the
// string. A second call returns the same string. A server that is closed, or in
// memory, cannot be shared.
//
//	var shared string
//	var _ = SynchronizedBeforeSuite(func(ctx SpecContext) []byte {
//		srv, err := harness.Listen(ctx)
//		Expect(err).NotTo(HaveOccurred())
//		DeferCleanup(srv.Close)
//		s, err := srv.Share()
//		Expect(err).NotTo(HaveOccurred())
//		return []byte(s)
//	}, func(b []byte) { shared = string(b) })
//
//	var _ = BeforeEach(func() { scope = harness.Join(GinkgoT(), shared) })
//
// It is Listen there, not NewServer: Ginkgo lets the first function ask for
// nothing that happens on failure. Each scope reports for itself.
func (s *Server) Share() (string, error) {
	if s.memory != nil {
		return "", errors.New("harness: a server in memory has no address for other processes; leave out InMemory() to share it")
	}
	shared, err := s.sharing.open(s.host)
	if err != nil {
		return "", fmt.Errorf("harness: %w", err)
	}
	return shared, nil
}

// sharing is the door through which other processes reach the record.
type sharing struct {
	running sync.WaitGroup

	mu       sync.Mutex // guards what follows
	listener net.Listener
	stop     chan struct{} // closed with the listener
	key      string
	conns    map[net.Conn]bool
	closed   bool
}

// maxGuests bounds the connections, those that have not shown a key too.
const maxGuests = 1000

// open starts to listen, if it has not, and returns the string for Join.
func (s *sharing) open(host func(conn net.Conn, key string)) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errors.New("the server is closed; share it before Close")
	}
	if s.listener == nil {
		l, err := listenLoopback()
		if err != nil {
			return "", err
		}
		key := newKeyText()
		stop := make(chan struct{})
		s.listener, s.stop, s.key, s.conns = l, stop, key, map[net.Conn]bool{}
		s.running.Go(func() {
			accept(l, stop, func(conn net.Conn) { s.begin(conn, func() { host(conn, key) }) })
		})
	}
	return invitation{s.listener.Addr().String(), s.key}.String(), nil
}

func listenLoopback() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		l, err = net.Listen("tcp", "[::1]:0")
	}
	return l, err
}

// begin serves a connection in a goroutine of its own, and closes it then.
func (s *sharing) begin(conn net.Conn, serve func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxGuests {
		conn.Close()
		return
	}
	s.conns[conn] = true
	s.running.Go(func() {
		defer s.end(conn)
		serve()
	})
}

func (s *sharing) end(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// close cuts all connections and returns when none is served any more.
func (s *sharing) close() {
	s.cut()
	s.running.Wait()
}

func (s *sharing) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil && !s.closed {
		s.listener.Close()
		close(s.stop)
	}
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
}

// invitation is what Share hands to Join: where to call, and what to say there.
type invitation struct{ addr, key string }

const (
	invitationScheme = "smtpspec://"
	keyOctets        = 32
)

func newKeyText() string {
	var key [keyOctets]byte
	rand.Read(key[:])
	return hex.EncodeToString(key[:])
}

func (i invitation) String() string { return invitationScheme + i.key + "@" + i.addr }

// errInvitation does not show the text: it may hold a key.
var errInvitation = errors.New("Join needs the string that Server.Share returned in the process of the server; this is another one")

func parseInvitation(shared string) (invitation, error) {
	rest, ok := strings.CutPrefix(shared, invitationScheme)
	key, addr, found := strings.Cut(rest, "@")
	octets, err := hex.DecodeString(key)
	at, e := netip.ParseAddrPort(addr)
	if !ok || !found || err != nil || len(octets) != keyOctets || e != nil || !at.Addr().IsLoopback() {
		return invitation{}, errInvitation
	}
	return invitation{addr, key}, nil
}
