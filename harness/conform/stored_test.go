package conform_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/conform/report"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

// What is stored is judged as what was seen: a verdict looks at nothing else.
func TestAStoredReportIsJudgedTheSame(t *testing.T) {
	for _, client := range []mutant.Mutant{{}, named(t, "always-success")} {
		r, err := conform.Run(t.Context(), client, catalog.All(), conform.Expect(map[string]string{"greet-554": "to see it come back"}),
			conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) }))
		if err != nil {
			t.Fatal(err)
		}
		var stored bytes.Buffer
		form, err := report.ByName("json")
		if err != nil {
			t.Fatal(err)
		}
		if err := form.Write(&stored, catalog.All(), r); err != nil {
			t.Fatal(err)
		}
		back, err := report.Read(&stored)
		if err != nil {
			t.Fatal(err)
		}
		conform.Judge(back, catalog.All())
		for i, want := range r.Results {
			if got := back.Results[i]; !reflect.DeepEqual(got, want) {
				t.Errorf("judged again:\n%+v\nat first:\n%+v", got, want)
			}
		}
		if len(report.Diff(r, back)) > 0 || back.Loses() != r.Loses() || back.Duplicates() != r.Duplicates() {
			t.Errorf("%d changes", len(report.Diff(r, back)))
		}
	}
}

func named(t *testing.T, name string) mutant.Mutant {
	t.Helper()
	for _, m := range mutant.All() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no mutant %s", name)
	return mutant.Mutant{}
}

func TestUnexpectedPassIsAFinding(t *testing.T) {
	r, err := conform.Run(t.Context(), mutant.Mutant{}, catalog.All(), conform.Only("greet-554"), conform.Expect(map[string]string{"greet-554": "it never did"}),
		conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) }))
	if err != nil {
		t.Fatal(err)
	}
	if found := r.Findings(); len(found) != 1 || !found[0].Surprise {
		t.Errorf("findings %+v", found)
	}
}

func TestCancelledCheck(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := conform.Run(ctx, mutant.Mutant{}, catalog.All()); err == nil {
		t.Error("no error")
	}
}
