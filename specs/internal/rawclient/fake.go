package rawclient

import (
	"fmt"
	"strings"
	"sync"
)

// FakeTest is a test that a server can belong to while a spec looks at what it
// is told.
type FakeTest struct {
	mu       sync.Mutex // guards what follows
	errors   []string
	fatals   []string
	logs     []string
	cleanups []func()
}

// Helper is of harness.TB.
func (*FakeTest) Helper() {}

// Name is of harness.TB.
func (*FakeTest) Name() string { return "fake" }

// Logf is of harness.TB.
func (f *FakeTest) Logf(format string, args ...any) { f.add(&f.logs, format, args) }

// Errorf is of harness.TB.
func (f *FakeTest) Errorf(format string, args ...any) { f.add(&f.errors, format, args) }

// Fatalf is of harness.TB. Unlike a real test's it returns.
func (f *FakeTest) Fatalf(format string, args ...any) { f.add(&f.fatals, format, args) }

func (f *FakeTest) add(list *[]string, format string, args []any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*list = append(*list, fmt.Sprintf(format, args...))
}

// Failed is of harness.TB.
func (f *FakeTest) Failed() bool { return f.Errors() != "" || f.Fatals() != "" }

// Cleanup is of harness.TB.
func (f *FakeTest) Cleanup(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cleanups = append(f.cleanups, do)
}

// End runs the cleanups, the last one first.
func (f *FakeTest) End() {
	f.mu.Lock()
	all := f.cleanups
	f.cleanups = nil
	f.mu.Unlock()
	for i := len(all) - 1; i >= 0; i-- {
		all[i]()
	}
}

// Errors returns what was given to Errorf so far.
func (f *FakeTest) Errors() string { return f.joined(&f.errors) }

// Fatals returns what was given to Fatalf so far.
func (f *FakeTest) Fatals() string { return f.joined(&f.fatals) }

// Logs returns what was given to Logf so far.
func (f *FakeTest) Logs() string { return f.joined(&f.logs) }

func (f *FakeTest) joined(list *[]string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(*list, "\n")
}
