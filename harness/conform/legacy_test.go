package conform_test

import (
	"context"
	"crypto/tls"
	"testing"
	"testing/synctest"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

func TestAClientOfTheDaysOfTLS10IsStillChecked(t *testing.T) {
	old := mutant.Mutant{TLS: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }}
	r, err := conform.Run(t.Context(), conform.ClientFunc(func(ctx context.Context, job conform.Job) error { return old.Send(ctx, job) }),
		catalog.All(), conform.Only("greet-baseline"), conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) }))
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Profile; !p.Legacy || !p.Has(conform.NeedStartTLS) || !p.Has(conform.NeedImplicitTLS) || !p.Has(conform.NeedAuth) {
		t.Errorf("calibration found %+v", p)
	}
}
