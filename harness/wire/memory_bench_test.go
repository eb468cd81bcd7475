package wire

import (
	"io"
	"testing"
	"time"
)

func BenchmarkMemoryConnLine(b *testing.B) {
	client, server := dialMemory(b, NewMemory(testName))
	line, buf := make([]byte, 40), make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		client.Write(line)
		server.Read(buf)
	}
}

// Each side waits for the other under a deadline, as in a lock-step session.
func BenchmarkMemoryConnPingPong(b *testing.B) {
	client, server := dialMemory(b, NewMemory(testName))
	go io.Copy(server, struct{ io.Reader }{server})
	line, buf := make([]byte, 40), make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		client.SetReadDeadline(time.Now().Add(time.Minute))
		client.Write(line)
		client.Read(buf)
	}
}

func BenchmarkMemoryConnBulk(b *testing.B) {
	client, server := dialMemory(b, NewMemory(testName))
	go io.Copy(io.Discard, struct{ io.Reader }{server})
	block := make([]byte, 256<<10)
	b.SetBytes(int64(len(block)))
	b.ReportAllocs()
	for b.Loop() {
		client.Write(block)
	}
}

func BenchmarkMemoryDial(b *testing.B) {
	m := NewMemory(testName)
	b.ReportAllocs()
	for b.Loop() {
		c, _ := m.Dial(b.Context())
		s, _ := m.Accept()
		c.Close()
		s.Close()
	}
}
