package conform_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/textproto"
	"os"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
)

// asACommand is the argument that makes this program the client of the tests
// below. How it is to end and its result stand behind it.
const asACommand = "as-a-command"

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == asACommand {
		os.Exit(beACommand(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

// beACommand prints nothing, leaves a result that means nothing, and returns the
// code of what happened, or 0 if it is told so.
func beACommand(how, result string) int {
	var job conform.Job
	form, err := os.ReadFile(os.Getenv("SMTP_JOB"))
	if err != nil || json.Unmarshal(form, &job.Job) != nil {
		return 1
	}
	job.Dial, job.Addr = new(net.Dialer).DialContext, net.JoinHostPort(os.Getenv("SMTP_HOST"), os.Getenv("SMTP_PORT"))
	code := exitCode(odd{}.Send(context.Background(), job))
	if os.WriteFile(os.Getenv("SMTP_RESULT"), []byte(result), 0o600) != nil {
		return 1
	}
	if how == "zero" && code != 64 {
		return 0
	}
	return code
}

func exitCode(err error) int {
	if errors.Is(err, conform.ErrUnsupported) {
		return 64
	}
	reply, refused := errors.AsType[*textproto.Error](err)
	switch {
	case err == nil:
		return 0
	case refused && reply.Code/100 == 5:
		return 69
	}
	return 75
}

// A recipient of whom nothing readable is said is one of whom nothing is said.
func TestACommandWhoseResultNamesRecipientsOddly(t *testing.T) {
	r := ran(t, "honest", `{"outcome":"ok","rcpts":{"recipient@example.net":{"outcome":"delivered"}}}`)
	expectTrue(t, r, "greet-baseline", conform.Pass, conform.ToldTheTruth)
	expectTrue(t, r, "final-554", conform.Fail, conform.FalseSuccess)
}

// A result that means nothing counts as none: then the exit code tells the truth.
func TestACommandWhoseResultMeansNothing(t *testing.T) {
	r := ran(t, "honest", `{"outcome":"sent","rcpts":{"recipient@example.net":{"outcome":"sent"}}}`)
	expectTrue(t, r, "greet-baseline", conform.Pass, conform.ToldTheTruth)
	expectTrue(t, r, "final-451", conform.Warn, conform.ToldTheTruth)
	expectTrue(t, r, "final-554", conform.Warn, conform.ToldTheTruth)
}

func TestACommandThatAlwaysEndsWith0(t *testing.T) {
	r := ran(t, "zero", `{"outcome":"perm","rcpts":{"recipient@example.net":{"outc`)
	expectTrue(t, r, "greet-baseline", conform.Pass, conform.ToldTheTruth)
	expectTrue(t, r, "final-451", conform.Fail, conform.FalseSuccess)
	expectTrue(t, r, "final-554", conform.Fail, conform.FalseSuccess)
}

// ran is the report on this process's like.
func ran(t *testing.T, how, result string) *conform.Report {
	t.Helper()
	before := gleak.Goroutines()
	client, err := conform.CommandOf(os.Args[0], asACommand, how, result)
	if err != nil {
		t.Fatal(err)
	}
	r, err := conform.Check(t.Context(), client, catalog.All(), conform.Only("greet-baseline", "final-451", "final-554"), conform.WithUnit(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
	return r
}

func expectTrue(t *testing.T, r *conform.Report, id string, word conform.Word, truth conform.Truth) {
	t.Helper()
	if result := r.Result(id); result == nil || result.Verdict.Word != word || result.Truth != truth || result.End != conform.EndQuit221 {
		t.Errorf("%s: %+v", id, result)
	}
}
