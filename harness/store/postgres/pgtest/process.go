package pgtest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// stopTime bounds how long a server may take to end by itself.
const stopTime = 30 * time.Second

// process is a program that runs as somebody whom PostgreSQL accepts.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed behind Wait
	err   error         // of Wait; to be read when ended is closed

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

// run starts a program. It does not outlive the test: what a killed test
// leaves behind ends with it, where the system can do that for the thread that
// started it, which therefore lives as long as the program.
func run(dir, program string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p, p
	p.cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	p.cmd.SysProcAttr = attributes()
	p.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.ended)
		}
	}()
	return p, <-started
}

// Write takes what the program says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.log.Len() > 1<<20 {
		p.log.Reset()
	}
	return p.log.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Shut ends the server as an administrator does who does not wait for clients,
// and keeps its data.
func (s *Server) Shut() error {
	p := s.process
	if p == nil {
		return nil
	}
	s.process = nil
	p.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopTime):
		p.kill()
		return errors.New("postgres did not end: " + p.output())
	}
}

// Crash ends the server at once, without a checkpoint: what it has promised
// must be there when it is launched again.
func (s *Server) Crash() {
	p := s.process
	s.process = nil
	p.cmd.Process.Signal(syscall.SIGQUIT)
	<-p.ended
}
