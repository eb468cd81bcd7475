package wire

import (
	"slices"
	"testing"
)

// Each keyword is there once, and names its extension.
func TestKeywords(t *testing.T) {
	all := Keywords()
	for _, k := range all {
		if e := extensionOf(k); e == nil || e.keyword != k || !keyword(k) {
			t.Errorf("%s names %v", k, e)
		}
	}
	if once := slices.Compact(slices.Sorted(slices.Values(all))); len(once) != len(extensions) {
		t.Errorf("%d keywords for %d extensions: %q", len(once), len(extensions), all)
	}
}
