package proof

import (
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

// Kernels hold a lot between two sockets, which memory does not. The unit of
// time is long, for on a busy machine each of a thousand replies takes its time.
func TestAMutantThatWritesBeforeItReadsIsStuckOverSocketsToo(t *testing.T) {
	for _, m := range mutant.All() {
		if m.Name != "writes-whole-groups" {
			continue
		}
		for name, client := range map[string]conform.Client{"honest": honest, m.Name: m} {
			r, err := conform.Run(t.Context(), client, catalog.All(), conform.Only(m.Breaks...), conform.WithUnit(10*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			want := conform.Pass
			if name == m.Name {
				want = conform.Fail
			}
			if result := r.Result("pipe-deadlock"); result == nil || result.Verdict.Word != want {
				t.Errorf("%s: %+v", name, result)
			}
		}
	}
}
