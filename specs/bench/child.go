package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"
)

// The environment of a child says which server it is to be, and where its
// profiles go.
const (
	childKind    = "SMTPSPEC_BENCH_SERVER"
	childProfile = "SMTPSPEC_BENCH_PROFILE"
)

// request is what a child is asked to do: "usage", "judge", "reset" or
// "close".
type request struct {
	Do    string
	Sum   uint32 // judge: the checksum of the data
	Fresh bool   // reset: give memory back to the system
}

// answer is what it says to that.
type answer struct {
	Addr       string
	CPU        time.Duration
	Memory     uint64 // of heap and stacks, after a collection
	Goroutines int
	Verdict    verdict
	Err        string
}

// beServer is the life of a child. It returns the exit code.
func beServer(kind string) int {
	before := runtime.NumGoroutine()
	s, err := newServer(kind)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer profiled(os.Getenv(childProfile))()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	out.Encode(answer{Addr: s.addr()})
	for {
		var r request
		if in.Decode(&r) != nil {
			return 0
		}
		a := obey(s, r)
		a.Goroutines -= before
		out.Encode(a)
	}
}

func obey(s server, r request) (a answer) {
	switch r.Do {
	case "usage":
		a.CPU = cpuTime()
	case "memory":
		a.Memory = memoryInUse()
	case "judge":
		a.Verdict = judge(s, r.Sum)
	case "reset":
		s.reset()
		runtime.GC()
		if r.Fresh {
			debug.FreeOSMemory()
		}
	case "close":
		if err := s.close(); err != nil {
			a.Err = err.Error()
		}
		a.Goroutines = runtime.NumGoroutine()
	}
	return a
}

// memoryInUse collects twice: what a pool holds survives the first time.
func memoryInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// profiled starts a CPU profile. The function that it returns ends it and
// writes the allocations too.
func profiled(prefix string) (stop func()) {
	if prefix == "" {
		return func() {}
	}
	cpu, err := os.Create(prefix + ".cpu.prof")
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return func() {}
	}
	pprof.StartCPUProfile(cpu)
	return func() {
		pprof.StopCPUProfile()
		cpu.Close()
		if allocs, err := os.Create(prefix + ".allocs.prof"); err == nil {
			pprof.Lookup("allocs").WriteTo(allocs, 0)
			allocs.Close()
		}
	}
}

// child is a server in a process of its own, seen from outside.
type child struct {
	kind string
	addr string
	cmd  *exec.Cmd
	in   io.Closer
	ask  *json.Encoder
	said *json.Decoder
}

// spawn starts a child. profile is "" or the prefix of its profiles.
func spawn(kind, profile string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return spawnProgram(self, kind, profile)
}

func spawnProgram(program, kind, profile string) (*child, error) {
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childKind+"="+kind, childProfile+"="+profile)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{kind: kind, cmd: cmd, in: in, ask: json.NewEncoder(in), said: json.NewDecoder(out)}
	a, err := c.hear()
	c.addr = a.Addr
	return c, err
}

func (c *child) do(r request) (answer, error) {
	if err := c.ask.Encode(r); err != nil {
		return answer{}, fmt.Errorf("%s: %w", c.kind, err)
	}
	return c.hear()
}

func (c *child) hear() (a answer, err error) {
	if err := c.said.Decode(&a); err != nil {
		return a, fmt.Errorf("%s: %w", c.kind, err)
	}
	if a.Err != "" {
		return a, fmt.Errorf("%s: %s", c.kind, a.Err)
	}
	return a, nil
}

// end lets the child go and waits for it.
func (c *child) end() error {
	c.in.Close()
	return c.cmd.Wait()
}

// spawnAll starts the four servers that are compared. The function that it
// returns ends them.
func (b *bench) spawnAll() (all []*child, end func(), err error) {
	end = func() {
		for _, c := range all {
			c.end()
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range []string{"harness", "harness again", "smtpd", "raw"} {
		program, profile := self, ""
		if kind == "harness again" && b.against != "" {
			program = b.against
		}
		if b.profile != "" {
			profile = b.profile + "." + strings.ReplaceAll(kind, " ", "-")
		}
		c, err := spawnProgram(program, kind, profile)
		if err != nil {
			end()
			return nil, nil, err
		}
		all = append(all, c)
	}
	return all, end, nil
}
