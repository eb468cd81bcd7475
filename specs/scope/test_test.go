package scope_test

import (
	"fmt"

	"github.com/smtpspec/smtpspec/harness"
)

// watched is a test that keeps its failure to itself.
type watched struct {
	harness.TB
	failure string
	cleanup []func()
}

func watch(t harness.TB) *watched { return &watched{TB: t} }

func (w *watched) Failed() bool              { return w.failure != "" }
func (w *watched) Fatalf(f string, a ...any) { w.Errorf(f, a...) }
func (w *watched) Errorf(f string, a ...any) { w.failure += fmt.Sprintf(f, a...) }
func (w *watched) Cleanup(f func())          { w.cleanup = append(w.cleanup, f) }

// end is the end of the test.
func (w *watched) end() {
	for i := len(w.cleanup) - 1; i >= 0; i-- {
		w.cleanup[i]()
	}
}
