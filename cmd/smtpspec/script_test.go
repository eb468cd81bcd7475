package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// daemons is the key of the servers that a script started, by name.
type daemons struct{}

// daemon is a running smtpspec serve.
type daemon struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	stderr bytes.Buffer
	out    io.Closer     // the reading end of its standard output
	read   chan struct{} // closed when that is
}

// listen starts a server on free ports.
func listen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: listen NAME [FLAGS]")
	}
	flags := args[1:]
	for _, usual := range [][2]string{{"--smtp", "127.0.0.1:0"}, {"--listen", "127.0.0.1:0"}, {"--store", "memory"}} {
		if !slices.Contains(flags, usual[0]) {
			flags = append([]string{usual[0], usual[1]}, flags...)
		}
	}
	d, out := start(ts, append([]string{"serve"}, flags...))
	running(ts)[args[0]] = d
	ts.Defer(func() { d.cmd.Process.Kill() })
	first, err := out.ReadString('\n')
	if err != nil {
		d.cmd.Wait()
		ts.Fatalf("it did not listen: %v\n%s%s", err, first, d.stderr.String())
	}
	at := addressesIn(first)
	ts.Setenv(args[0], at.SMTP)
	ts.Setenv(args[0]+"_TLS", at.SMTPS)
	ts.Setenv(args[0]+"_LMTP", at.LMTP)
	ts.Setenv(args[0]+"_HTTP", at.HTTP)
	d.stdout.WriteString(first)
	go func() {
		defer close(d.read)
		io.Copy(&d.stdout, out)
	}()
}

func start(ts *testscript.TestScript, args []string) (*daemon, *bufio.Reader) {
	d := &daemon{cmd: exec.Command("smtpspec", args...), read: make(chan struct{})}
	d.cmd.Dir = ts.Getenv("WORK")
	d.cmd.Env = []string{"PATH=" + ts.Getenv("PATH")}
	for _, name := range []string{"GORACE", "SMTPSPEC_CONFIG", "SMTPSPEC_USER", "SMTPSPEC_MAX_SIZE", "SMTPSPEC_JSON"} {
		if value := ts.Getenv(name); value != "" {
			d.cmd.Env = append(d.cmd.Env, name+"="+value)
		}
	}
	d.cmd.Stderr = &d.stderr
	out, err := d.cmd.StdoutPipe()
	ts.Check(err)
	d.out = out
	ts.Check(d.cmd.Start())
	return d, bufio.NewReader(out)
}

func running(ts *testscript.TestScript) map[string]*daemon {
	return ts.Value(daemons{}).(map[string]*daemon)
}

var onAddress = regexp.MustCompile(`(SMTP|TLS|LMTP) on (\S+?)[,;]`)

// addressesIn reads the first line of a server, in either form.
func addressesIn(line string) (at listeningEvent) {
	if json.Unmarshal([]byte(line), &at) == nil {
		return at
	}
	for _, found := range onAddress.FindAllStringSubmatch(line, -1) {
		switch found[1] {
		case "SMTP":
			at.SMTP = found[2]
		case "TLS":
			at.SMTPS = found[2]
		case "LMTP":
			at.LMTP = found[2]
		}
	}
	return at
}

func halt(ts *testscript.TestScript, neg bool, args []string) {
	signal := syscall.SIGTERM
	switch {
	case neg || len(args) == 0 || running(ts)[args[0]] == nil:
		ts.Fatalf("usage: halt NAME [SIGNAL]")
	case len(args) == 2 && args[1] == "INT":
		signal = syscall.SIGINT
	}
	d := running(ts)[args[0]]
	ts.Check(d.cmd.Process.Signal(signal))
	<-d.read
	err := d.cmd.Wait()
	ts.Stdout().Write(d.stdout.Bytes())
	ts.Stderr().Write(d.stderr.Bytes())
	if err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

func hangup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || running(ts)[args[0]] == nil {
		ts.Fatalf("usage: hangup NAME")
	}
	d := running(ts)[args[0]]
	ts.Check(d.out.Close())
	<-d.read
}

func kill9(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || running(ts)[args[0]] == nil {
		ts.Fatalf("usage: kill9 NAME")
	}
	d := running(ts)[args[0]]
	ts.Check(d.cmd.Process.Kill())
	<-d.read
	_ = d.cmd.Wait() // it was killed
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENTS]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
