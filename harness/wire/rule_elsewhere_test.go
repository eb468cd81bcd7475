package wire

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestElsewhere(t *testing.T) {
	value := On(record.NOOP).Drop()
	far, other := Elsewhere(value, func() int { return 7 }), Elsewhere(value, func() int { return 8 })
	if far.Hits() != 7 || value.Hits() != 0 || far.Once().Hits() != 0 {
		t.Errorf("hits %d, of the value %d, of a changed copy %d", far.Hits(), value.Hits(), far.Once().Hits())
	}
	if !SameRule(value, far) || !SameRule(far, far) || SameRule(far, other) {
		t.Error("a bound rule stands for itself, the value for all that were made of it")
	}
}
