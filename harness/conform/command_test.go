package conform

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// shell returns a client that is a line of bash.
func shell(t *testing.T, script string) *Command {
	t.Helper()
	c, err := CommandOf("bash", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// doJob runs a client on a job that leads nowhere.
func doJob(t *testing.T, c *Command, guard time.Duration) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	return c.Run(ctx, Job{Job: record.Job{Host: "127.0.0.1", Port: 9, From: "a@b", Rcpts: []string{"r1@b", "r 2@b\r\n"}, Messages: []record.Draft{{Raw: []byte("raw")}}}})
}

const ample = 30 * time.Second

func TestOutcomeOfACommand(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		want   Outcome
	}{
		"ok":                 {"exit 0", Outcome{Class: OK}},
		"temporary":          {"echo '451 4.7.1 later' >&2; exit 75", Outcome{Class: Temp, Code: 451, Enhanced: "4.7.1", Exit: 75}},
		"permanent":          {"echo 'said: 550 5.1.1 nobody'; exit 69", Outcome{Class: Perm, Code: 550, Enhanced: "5.1.1", Exit: 69}},
		"unsupported":        {"exit 64", Outcome{Class: Unsupported, Exit: 64}},
		"failed":             {"exit 1", Outcome{Class: Failed, Exit: 1}},
		"crash":              {"kill -SEGV $$", Outcome{Class: Crash, Signal: syscall.SIGSEGV.String()}},
		"result file":        {`echo '{"outcome":"perm","code":550,"enhanced":"5.1.1","stage":"rcpt","rcpts":{"r1@b":{"outcome":"temp"}}}' >$SMTP_RESULT; exit 0`, Outcome{Class: Perm, Code: 550, Enhanced: "5.1.1", Stage: "rcpt"}},
		"broken result file": {"echo '{' >$SMTP_RESULT; exit 75", Outcome{Class: Temp, Exit: 75}},
	} {
		t.Run(name, func(t *testing.T) {
			got := doJob(t, shell(t, tt.script), ample)
			if got.Class != tt.want.Class || got.Code != tt.want.Code || got.Enhanced != tt.want.Enhanced || got.Exit != tt.want.Exit || got.Signal != tt.want.Signal || got.Stage != tt.want.Stage {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAResultThatMeansNothingIsNone(t *testing.T) {
	for name, result := range map[string]string{
		"nothing":        "",
		"no JSON":        "\xff{",
		"cut off":        `{"outcome":"perm","rcpts":{"r1@b":{"outc`,
		"of other types": `{"outcome":7,"code":"550","rcpts":[]}`,
		"a list":         `[{"outcome":"perm"}]`,
		"unknown word":   `{"outcome":"sent","code":550,"rcpts":{"r1@b":{"outcome":"sent"}}}`,
		"word of ours":   `{"outcome":"crash"}`,
		"no word":        `{"outcome":"","rcpts":{"r1@b":{"outcome":"perm"}}}`,
		"longer than 1M": `{"outcome":"perm"}` + strings.Repeat(" ", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "result")
			if err := os.WriteFile(file, []byte(result), 0o600); err != nil {
				t.Fatal(err)
			}
			if o := doJob(t, shell(t, "cp "+file+" $SMTP_RESULT; exit 75"), ample); o.Class != Temp || o.Code != 0 || o.Rcpts != nil {
				t.Errorf("got %+v", o)
			}
		})
	}
}

func TestAResultThatIsAPipeIsNotWaitedFor(t *testing.T) {
	if o := doJob(t, shell(t, "mkfifo $SMTP_RESULT; exit 75"), ample); o.Class != Temp {
		t.Errorf("got %+v", o)
	}
}

func TestRecipientsOfAResultWithoutAWordAreLeftOut(t *testing.T) {
	o := doJob(t, shell(t, `echo '{"outcome":"ok","rcpts":{"r1@b":{"outcome":"delivered"},"r2@b":{"outcome":"temp"}}}' >$SMTP_RESULT`), ample)
	if o.Class != OK || len(o.Rcpts) != 1 || o.Rcpts["r2@b"] != Temp {
		t.Errorf("got %+v", o)
	}
}

func TestACommandGetsItsJob(t *testing.T) {
	o := doJob(t, shell(t, `cat $SMTP_JOB; cat $SMTP_MESSAGE; echo; echo $SMTP_HOST:$SMTP_PORT from $SMTP_FROM home $HOME`), ample)
	for _, want := range []string{`"rcpts":["r1@b","r 2@b\r\n"]`, "raw\n127.0.0.1:9 from a@b home /tmp"} {
		if !strings.Contains(o.Text, want) {
			t.Errorf("%q is not in %s", want, o.Text)
		}
	}
}

// A password that a variable cannot hold must not be replaced by somebody's own.
func TestACommandDoesNotGetThePasswordOfItsCaller(t *testing.T) {
	t.Setenv("SMTP_PASS", "of the caller")
	o := shell(t, "echo ${SMTP_PASS-unset}").Run(t.Context(), Job{Job: record.Job{Pass: "a\x00b"}})
	if o.Text != "unset" {
		t.Errorf("got %q", o.Text)
	}
}

func TestPlaceholdersOfACommand(t *testing.T) {
	m, err := ParseManifest("name = \"x\"\nargv = [\"echo\", \"--to={rcpt...}\", \"{from}\", \"{host}:{port}\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCommand(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if o := doJob(t, c, ample); o.Text != "--to=r1@b --to=r 2@b\r\n a@b 127.0.0.1:9" {
		t.Errorf("got %q", o.Text)
	}
}

func TestACommandThatCannotBeStarted(t *testing.T) {
	c, err := CommandOf("/nowhere/client")
	if err != nil {
		t.Fatal(err)
	}
	if o := doJob(t, c, ample); o.Class != NotStarted || !strings.Contains(o.Text, "/nowhere/client") {
		t.Errorf("got %+v", o)
	}
}

func TestHangingCommandsAreKilledWithTheirProcesses(t *testing.T) {
	for name, script := range map[string]string{
		"sleeps":           "sleep 600",
		"ignores SIGTERM":  "trap '' TERM INT HUP; while :; do sleep 600; done",
		"child in a group": "sleep 600 & wait",
	} {
		t.Run(name, func(t *testing.T) {
			hold, expectGone := held(t)
			o := doJob(t, shell(t, hold+script), 300*time.Millisecond)
			if o.Class != Hang {
				t.Errorf("got %+v", o)
			}
			expectGone()
		})
	}
}

func TestWhatACommandLeavesBehindIsKilled(t *testing.T) {
	hold, expectGone := held(t)
	o := doJob(t, shell(t, hold+"(trap '' HUP; sleep 600) & exit 0"), ample)
	if o.Class != OK {
		t.Errorf("got %+v", o)
	}
	expectGone()
}

// held returns the line of bash by which all processes of a script hold a pipe
// open, and what waits for its end, which comes when the last of them is gone.
func held(t *testing.T) (hold string, expectGone func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pipe, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pipe.Close() })
	return "exec 9>" + path + "; printf begun >&9; ", func() {
		t.Helper()
		if err := pipe.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if said, err := io.ReadAll(pipe); err != nil || string(said) != "begun" {
			t.Errorf("processes of the script are left, or it never began: %q, %v", said, err)
		}
	}
}

func TestOutputWithoutEndIsBounded(t *testing.T) {
	o := doJob(t, shell(t, "head -c 1000000000 /dev/zero; exit 75"), ample)
	if o.Class != Temp || len(o.Text) > keptOutput || o.Omitted != 1_000_000_000-keptOutput {
		t.Errorf("class %s, %d octets kept, %d omitted", o.Class, len(o.Text), o.Omitted)
	}
}

func TestClientsThatDoNotWorkAreInconclusive(t *testing.T) {
	scenarios := []*Scenario{{ID: "x", Scripts: []*Script{{ID: "x"}}, Judge: Delivered}}
	for name, tt := range map[string]struct{ script, why string }{
		"never starts":               {"exec /nowhere/client", "failed, exit code 127: "},
		"exits 0 without connecting": {"exit 0", "it reported ok, and nothing was delivered"},
		"connects fifty times":       {`for i in {1..50}; do exec 3<>/dev/tcp/$SMTP_HOST/$SMTP_PORT; exec 3>&-; done; exit 0`, "it reported ok, and nothing was delivered"},
		"never reads":                {`exec 3<>/dev/tcp/$SMTP_HOST/$SMTP_PORT; sleep 600`, "hang"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Check(t.Context(), shell(t, tt.script), scenarios, WithUnit(100*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			if result := r.Result("x"); result == nil || result.Verdict.Word != Inconclusive || !strings.Contains(r.Profile.Why, tt.why) {
				t.Errorf("got %+v; %s", result, r.Profile.Why)
			}
		})
	}
}

// queues takes a message over, says so, and sends it when it is gone.
const queues = `exec >/dev/null 2>&1; test -s $SMTP_MESSAGE || exit 64
(sleep 0.1; exec 3<>/dev/tcp/$SMTP_HOST/$SMTP_PORT; read -u3 l; case $l in 220*) ;; *) exit;; esac
for c in "EHLO q.example" "MAIL FROM:<$SMTP_FROM>" "RCPT TO:<$SMTP_RCPTS>" DATA; do printf '%s\r\n' "$c" >&3; read -u3 l; case $l in [23]*) ;; *) exit;; esac; done
cat $SMTP_MESSAGE >&3; printf '.\r\n' >&3; read -u3 l; printf 'QUIT\r\n' >&3; read -u3 l) &
exit 3`

func TestAClientThatQueues(t *testing.T) {
	m := &Manifest{Name: "queue", Argv: []string{"bash", "-c", queues}, Settle: "700ms", Exit: ManifestExit{OK: []int{0}, Queued: []int{3}, Unsupported: []int{64}}}
	if _, err := m.check(); err != nil {
		t.Fatal(err)
	}
	c, err := NewCommand(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	scenarios := []*Scenario{
		{ID: "good", Scripts: []*Script{{ID: "good"}}, Judge: Delivered},
		{ID: "bad", Scripts: []*Script{{ID: "bad", Rules: finalReply(554)}}, Judge: Refused(Perm, 554)},
	}
	r, err := Check(t.Context(), c, scenarios, WithUnit(300*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"good", "bad"} {
		if result := r.Result(id); result.Verdict.Word != Pass || result.Truth != Unclassified {
			t.Errorf("%s: %+v; %s", id, result, Transcripts(r, result))
		}
	}
}
