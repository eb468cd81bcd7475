package conform

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// guarding is a Runner whose server has to be cut for it to end.
type guarding interface {
	runGuarded(ctx context.Context, job Job, cut func()) Outcome
}

// funcRunner runs a Client. A func cannot be killed: at the guard its
// connections are cut, and a second later it is left behind.
type funcRunner struct {
	client Client
	name   string
}

func (r funcRunner) Name() string   { return r.name }
func (r funcRunner) Claims() Claims { return Claims{} }

func (r funcRunner) Run(ctx context.Context, job Job) Outcome {
	return r.runGuarded(ctx, job, func() {})
}

func (r funcRunner) runGuarded(ctx context.Context, job Job, cut func()) Outcome {
	done := make(chan Outcome, 1)
	// The client gets a context of its own: one that ends with the guard would
	// make every client one that gives up in time.
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- Outcome{Class: Crash, Text: fmt.Sprint("panic: ", p), Evidence: string(debug.Stack())}
			}
		}()
		done <- outcomeOf(r.client.Send(own, job))
	}()
	select {
	case o := <-done:
		return o
	case <-ctx.Done():
	}
	hang := Outcome{Class: Hang, Text: "the func did not return within the guard", Evidence: stacks()}
	cancel()
	cut()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case o := <-done:
		hang.Text += "; it returned when its connection was cut: " + o.Text
	case <-patience.C:
		hang.Text += ", nor when its connection was cut"
	}
	return hang
}

// stacks returns the stacks of the goroutines that stand in a client's Send.
func stacks() string {
	buf := make([]byte, 1<<20)
	var in []string
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "conform.funcRunner.runGuarded.func") {
			in = append(in, stack)
		}
	}
	const enough = 32 << 10
	text := strings.Join(in, "\n\n")
	return text[:min(len(text), enough)]
}
