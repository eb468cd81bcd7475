package settings

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "0s": 0, "90m": 90 * time.Minute, "7d": 168 * time.Hour, "36h": 36 * time.Hour} {
		var got time.Duration
		if err := (*age)(&got).Set(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		var again time.Duration
		if err := (*age)(&again).Set((*age)(&got).String()); err != nil || again != want {
			t.Errorf("%s does not read back: %v, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "d", "-1d", "-5m", "1.5d", "7", "week", "99999999999999d", "106752d"} {
		if err := new(age).Set(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
