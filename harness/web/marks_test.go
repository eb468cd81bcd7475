package web

import (
	"strings"
	"testing"
)

func TestMarks(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "report.pdf": "", "Тайлан-report.pdf": "", "Ünïcode naïve.txt": "", "日本語 mail": "", "Ωmega": "mixed", "раypal.exe": "mixed",
		"a\u202egpj.exe": "hidden", "zero\u200bwidth": "hidden", "bell\x07": "hidden", "\xff": "hidden", "а\u2066a": "hidden",
	} {
		if got := strings.Join(marks(name), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
