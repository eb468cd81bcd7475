package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// build makes the program that is measured.
func build(ctx context.Context, folder string) (string, error) {
	program := filepath.Join(folder, "smtpspec.exe")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/smtpspec/smtpspec/cmd/smtpspec")
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
}

// daemon is a running smtpspec serve.
type daemon struct {
	cmd        *exec.Cmd
	smtp, http string
	read       chan struct{} // closed when it says nothing any more
	stderr     bytes.Buffer
}

// serve starts a daemon on free ports. Whoever calls it calls end.
func (b *bench) serve(ctx context.Context, flags ...string) (*daemon, error) {
	d := &daemon{read: make(chan struct{})}
	flags = append([]string{"serve", "--json", "--smtp", "127.0.0.1:0", "--listen", "127.0.0.1:0"}, flags...)
	d.cmd = exec.CommandContext(ctx, b.program, flags...)
	d.cmd.Stderr = &d.stderr
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	var said struct{ SMTP, HTTP string }
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &said)
	}
	d.smtp, d.http = said.SMTP, "http://"+said.HTTP
	go func() {
		io.Copy(io.Discard, lines)
		close(d.read)
	}()
	if err != nil {
		_, gone := d.end()
		return nil, fmt.Errorf("the daemon did not start: %w\n%v", err, gone)
	}
	return d, nil
}

// end stops the daemon and returns its CPU time.
func (d *daemon) end() (cpu time.Duration, err error) {
	if d.cmd.Process.Signal(os.Interrupt) != nil { // as on Windows
		d.cmd.Process.Kill()
	}
	<-d.read
	if err := d.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, d.stderr.String())
	}
	return d.cmd.ProcessState.UserTime() + d.cmd.ProcessState.SystemTime(), nil
}

// cpu returns the CPU time so far, 0 where the system does not tell it.
func (d *daemon) cpu() time.Duration {
	const tick = 10 * time.Millisecond // what Linux counts in, whatever its clock does
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name of the program may have blanks
	fields := strings.Fields(rest)
	const user, system = 11, 12
	if len(fields) <= system {
		return 0
	}
	u, _ := strconv.Atoi(fields[user])
	s, _ := strconv.Atoi(fields[system])
	return time.Duration(u+s) * tick
}

// indexed waits until the index of the search has every message.
func (d *daemon) indexed(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	var info struct{ Store struct{ Unindexed int } }
	for {
		if err := d.get(ctx, "/api/info", &info); err != nil || info.Store.Unindexed == 0 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

var errGivenUp = errors.New("the daemon gave a request up")

// get asks the API and reads the answer to its end.
func (d *daemon) get(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.http+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusServiceUnavailable {
		return errGivenUp
	}
	if answer.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("%s: %s %s", path, answer.Status, why)
	}
	if into != nil {
		return json.NewDecoder(answer.Body).Decode(into)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// list is a page of messages, as far as it is looked at.
type list struct {
	Items []struct {
		ID string
	}
	Total   int
	AtLeast bool `json:"at_least"` // nobody counted further than Total
	Next    string
}

func (d *daemon) search(ctx context.Context, query string) (l list, err error) {
	return l, d.get(ctx, "/api/messages?q="+url.QueryEscape(query), &l)
}

// expect fails unless the daemon finds n messages. A search that is given up
// because much is to be indexed first is made again.
func (d *daemon) expect(ctx context.Context, query string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	l, err := d.search(ctx, query)
	for errors.Is(err, errGivenUp) {
		l, err = d.search(ctx, query)
	}
	if err == nil && l.AtLeast {
		l.Total, err = d.count(ctx, query)
	}
	if err == nil && l.Total != n {
		err = fmt.Errorf("%d messages got their 250, and %q finds %d", n, query, l.Total)
	}
	return err
}

// count looks at each page of a search.
func (d *daemon) count(ctx context.Context, query string) (n int, err error) {
	path := "/api/messages?limit=500&q=" + url.QueryEscape(query)
	for after := ""; ; {
		var l list
		if err := d.get(ctx, path+after, &l); err != nil {
			return n, err
		}
		if n += len(l.Items); l.Next == "" {
			return n, nil
		}
		after = "&after=" + url.QueryEscape(l.Next)
	}
}
