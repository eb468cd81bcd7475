package web

import (
	"slices"
	"testing"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/rfc"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// ofLevel are the IDs of rules about messages of one level.
func ofLevel(t *testing.T, l rfc.Level, n int) (ids []string) {
	t.Helper()
	for _, r := range lint.Rules() {
		if r.Level == l && r.Message != nil {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) < n {
		t.Fatalf("%d rules of %s", len(ids), l)
	}
	return ids[:n]
}

func TestTheScore(t *testing.T) {
	must, should := ofLevel(t, rfc.MUST, 6), ofLevel(t, rfc.SHOULD, 2)
	for _, c := range []struct {
		broken []string
		score  int
		group  string
	}{
		{nil, 100, "good"},
		{should[:1], 95, "warning"},
		{append(slices.Clone(should), should[0]), 90, "warning"}, // a rule counts once
		{append(must[:1:1], should[0]), 75, "failure"},
		{must, 0, "failure"},
	} {
		var findings []api.Finding
		for _, id := range c.broken {
			findings = append(findings, api.Finding{ID: id})
		}
		got := judge(findings, true)
		if got.Score != c.score || got.Group() != c.group || got.Passed+got.Broken() != len(lint.Rules()) {
			t.Errorf("%v: %d %s, %d kept of %d", c.broken, got.Score, got.Group(), got.Passed, len(lint.Rules()))
		}
	}
	if alone := judge(nil, false); alone.Passed >= len(lint.Rules()) || alone.Session {
		t.Errorf("without a session: %+v", alone)
	}
}
