package conform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Command is a client that is run as a command, once for each job. It gets the
// job as a file and in its environment, and a folder of its own that is gone
// afterwards. At the guard it is killed with all that it has started.
type Command struct {
	manifest *Manifest
	version  string
}

// NewCommand returns the client of a manifest, which is built if it has to be.
func NewCommand(ctx context.Context, m *Manifest) (*Command, error) {
	if len(m.Build) > 0 {
		if out, err := m.output(ctx, 10*time.Minute, m.Build); err != nil {
			return nil, fmt.Errorf("building %s with %q failed: %w\n%s", m.Name, strings.Join(m.Build, " "), err, record.Escape(record.Clip(out, 2000)))
		}
	}
	c := &Command{manifest: m}
	if len(m.Version) > 0 {
		if out, err := m.output(ctx, 30*time.Second, m.Version); err == nil {
			c.version = versionIn(out)
		}
	}
	return c, nil
}

// CommandOf returns the client of a command line without a manifest, whose
// exit codes are those of sysexits(3).
func CommandOf(argv ...string) (*Command, error) {
	if len(argv) == 0 {
		return nil, errors.New("no command is given")
	}
	m := &Manifest{Name: filepath.Base(argv[0]), Argv: argv}
	if _, err := m.check(); err != nil {
		return nil, err
	}
	dir, err := os.Getwd()
	m.dir = dir
	return &Command{manifest: m}, err
}

var versionNumber = regexp.MustCompile(`\d+(\.\d+)+[\w.+~-]*`)

// versionIn returns the first version number in the output, else its first
// line.
func versionIn(out string) string {
	if v := versionNumber.FindString(out); v != "" {
		return v
	}
	line, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
	return record.Escape(record.Clip(line, 60))
}

func (m *Manifest) output(ctx context.Context, limit time.Duration, argv []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = m.dir
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Name implements Runner.
func (c *Command) Name() string { return c.manifest.Name }

// Manifest returns what the command was made from.
func (c *Command) Manifest() *Manifest { return c.manifest }

// Claims implements Runner.
func (c *Command) Claims() Claims {
	m := c.manifest
	claims := Claims{Version: c.version, Mode: m.Mode, Security: m.Security, Fixed: m.fixed, Settle: m.settle, Expected: m.XFail, Host: m.Host}
	switch {
	case m.Timeout.Knob:
		claims.Timeout = "knob"
	case m.Timeout.Fixed != "":
		claims.Timeout = "fixed"
	case m.Timeout.None:
		claims.Timeout = "none"
	}
	for _, n := range m.Needs {
		claims.Needs = append(claims.Needs, Need(n))
	}
	return claims
}

// Run implements Runner.
func (c *Command) Run(ctx context.Context, job Job) Outcome {
	desk, err := newDesk(&job)
	if err != nil {
		return Outcome{Class: NotStarted, Text: err.Error()}
	}
	defer desk.clear()
	p := &process{manifest: c.manifest, desk: desk, job: &job}
	p.run(ctx)
	return p.outcome()
}

// process is one run of a command.
type process struct {
	manifest *Manifest
	desk     *desk
	job      *Job
	stdout   tail
	stderr   tail
	started  error
	ended    error
	state    *os.ProcessState
	killed   bool
}

// run starts the command and waits for its end. What it left running is killed
// in any case: it must not talk into the next trial.
func (p *process) run(ctx context.Context) {
	argv := p.manifest.expand(p.desk, p.job)
	cmd := exec.Command(argv[0], argv[1:]...)
	if filepath.Base(argv[0]) != argv[0] && !filepath.IsAbs(argv[0]) {
		cmd.Path, cmd.Err = filepath.Join(p.manifest.dir, argv[0]), nil
	}
	cmd.Dir, cmd.Env = p.manifest.dir, p.desk.environ(p.job)
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	apart(cmd)
	cmd.WaitDelay = 500 * time.Millisecond // for output held open by what it left running
	if stdin, err := p.stdin(); err != nil {
		p.started = err
		return
	} else if stdin != nil {
		defer stdin.Close()
		cmd.Stdin = stdin
	}
	if p.started = cmd.Start(); p.started != nil {
		return
	}
	stop := context.AfterFunc(ctx, func() { kill(cmd) })
	waited := cmd.Wait()
	p.killed = !stop()
	p.manifest.waitForMore(ctx)
	killRest(cmd)
	p.ended, p.state = waited, cmd.ProcessState
}

// waitForMore leaves a client that queues its mail the time to send it.
func (m *Manifest) waitForMore(ctx context.Context) {
	if m.settle == 0 {
		return
	}
	timer := time.NewTimer(m.settle)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stdin opens what the command reads, nil for nothing.
func (p *process) stdin() (*os.File, error) {
	switch p.manifest.Stdin {
	case "message":
		return os.Open(p.desk.message)
	case "job":
		return os.Open(p.desk.job)
	}
	return nil, nil
}

// outcome reads what the command said: its result file, else its exit code.
func (p *process) outcome() Outcome {
	o := Outcome{Omitted: p.stdout.omitted + p.stderr.omitted}
	o.Text = strings.TrimSpace(p.stderr.String() + "\n" + p.stdout.String())
	if p.started != nil {
		o.Class, o.Text = NotStarted, p.started.Error()
		return o
	}
	p.readCodes(&o)
	if p.killed {
		o.Class = Hang
		return o
	}
	if signal, crashed := crash(p.state); crashed {
		o.Class, o.Signal = Crash, signal
	} else {
		o.Exit = p.state.ExitCode()
		o.Class = p.manifest.Exit.class(o.Exit)
	}
	if result := p.desk.readResult(); result != nil && o.Class != Crash {
		result.amend(&o)
	}
	return o
}

// readCodes finds the codes in the output.
func (p *process) readCodes(o *Outcome) {
	if found := p.manifest.code.FindStringSubmatch(o.Text); found != nil {
		fmt.Sscan(found[1], &o.Code)
	}
	if found := p.manifest.status.FindStringSubmatch(o.Text); found != nil {
		o.Enhanced = found[1]
	}
}

var sysexits = ManifestExit{OK: []int{0}, Temp: []int{75}, Perm: []int{65, 67, 68, 69, 76, 77}, Unsupported: []int{64}}

// class returns what an exit code means.
func (x ManifestExit) class(code int) Class {
	if x.empty() {
		x = sysexits
	}
	for _, m := range []struct {
		codes []int
		class Class
	}{{x.Unsupported, Unsupported}, {x.Queued, Queued}, {x.Temp, Temp}, {x.Perm, Perm}, {x.OK, OK}} {
		for _, c := range m.codes {
			if c == code {
				return m.class
			}
		}
	}
	if code == 0 && x.OK == nil {
		return OK
	}
	return Failed
}

func (x ManifestExit) empty() bool {
	return x.OK == nil && x.Temp == nil && x.Perm == nil && x.Unsupported == nil && x.Queued == nil
}

// tail keeps the beginning and counts the rest of what is written to it.
type tail struct {
	kept    []byte
	omitted int64
}

const keptOutput = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	n := min(len(p), keptOutput-len(t.kept))
	t.kept = append(t.kept, p[:n]...)
	t.omitted += int64(len(p) - n)
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }

var placeholder = regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)

var placeholders = []string{"{host}", "{port}", "{security}", "{user}", "{pass}", "{cafile}", "{helo}", "{from}", "{rcpt...}", "{message}", "{timeout}", "{job}", "{result}"}

// expand puts the job into the command line. An argument that is {rcpt...}
// becomes one for each recipient; one that contains it is repeated.
func (m *Manifest) expand(d *desk, job *Job) []string {
	values := d.placeholders(job)
	var argv []string
	for _, arg := range m.Argv {
		rcpts := []string{""}
		if strings.Contains(arg, "{rcpt...}") {
			rcpts = job.Recipients(0)
		}
		for _, rcpt := range rcpts {
			values["{rcpt...}"] = rcpt
			argv = append(argv, placeholder.ReplaceAllStringFunc(arg, func(name string) string {
				if value, ok := values[name]; ok {
					return value
				}
				return name
			}))
		}
	}
	return argv
}
