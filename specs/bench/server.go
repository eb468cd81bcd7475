package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"net"
	"sync"

	"github.com/mhale/smtpd"

	"github.com/smtpspec/smtpspec/harness"
)

// server is one of the things that are compared.
type server interface {
	addr() string
	kept(look func(to string, data []byte)) // calls look with every message it keeps
	count() int                             // messages since the last reset
	reset()
	close() error
}

func newServer(kind string) (server, error) {
	switch kind {
	case "harness", "harness again":
		return newHarness()
	case "smtpd":
		return newBare()
	case "raw":
		return newRaw()
	}
	return nil, fmt.Errorf("no server is called %q", kind)
}

// underHarness is the harness with everything on, as a test has it. Only the
// bound on what is kept is higher than usual: a hundred messages of 10 MiB are
// on their way at once.
type underHarness struct{ *harness.Server }

func newHarness() (server, error) {
	srv, err := harness.Listen(context.Background(), harness.WithKeep(harness.Keep{Bytes: 4 << 30, Sessions: 10000}))
	return underHarness{srv}, err
}

func (s underHarness) addr() string { return s.Addr() }
func (s underHarness) count() int   { return len(s.Messages()) }
func (s underHarness) reset()       { s.Reset() }
func (s underHarness) close() error { return s.Close() }

func (s underHarness) kept(look func(to string, data []byte)) {
	for _, m := range s.Messages() {
		look(m.Envelope.To()[0], m.Raw())
	}
}

// bare is smtpd as its users have it, with a handler that keeps the data. It
// has no deadlines, which is to its advantage.
type bare struct {
	listener net.Listener
	mu       sync.Mutex // guards messages
	messages []bareMessage
}

type bareMessage struct {
	to   []string
	data []byte
}

func newBare() (server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &bare{listener: l}
	go s.smtpd().Serve(l)
	return s, nil
}

func (s *bare) smtpd() *smtpd.Server {
	return &smtpd.Server{Hostname: "mx.bench.test", Appname: "smtpd", DisableReverseDNS: true, Handler: s.keep}
}

func (s *bare) keep(_ net.Addr, _ string, to []string, data []byte) error {
	data = bytes.Clone(data)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, bareMessage{to, data})
	return nil
}

// kept takes off the Received header that smtpd puts on.
func (s *bare) kept(look func(to string, data []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		at := max(0, bytes.Index(m.data, []byte(mark)))
		look(m.to[0], m.data[at:])
	}
}

func (s *bare) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

func (s *bare) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = nil
}

func (s *bare) addr() string { return s.listener.Addr().String() }
func (s *bare) close() error { return s.listener.Close() }

// verdict says whether a server has kept what was sent to it.
type verdict struct {
	Count int            // messages
	Wrong int            // those with other data than was sent
	To    map[string]int // messages by recipient; nil from a server that discards
}

// judge looks at all kept messages. sum is the checksum of the part of the
// data that they have in common.
func judge(s server, sum uint32) verdict {
	v := verdict{Count: s.count()}
	s.kept(func(to string, data []byte) {
		if v.To == nil {
			v.To = map[string]int{}
		}
		v.To[to]++
		rest, ok := bytes.CutPrefix(data, []byte(mark+to+"\r\n"))
		if !ok || checksum(rest) != sum {
			v.Wrong++
		}
	})
	return v
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }
