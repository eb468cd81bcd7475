package hint

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"serve", "send", "rules", "version", "password-file"}
	for word, want := range map[string]string{"serv": "serve", "sned": "send", "rule": "rules", "Version": "version", "password": "password-file", "x": "", "elephant": "", "": "", strings.Repeat("s", 100): ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
