package disk

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		calls, left, fails := 0, int64(1000), error(nil)
		d := newDisk(100, slog.New(slog.NewTextHandler(&log, nil)), func() (int64, error) { calls++; return left, fails })
		for octets, want := range map[int]bool{0: true, 600: true, 601: false, 1000: false} {
			if d.Room(octets) != want {
				t.Errorf("room for %d: %v", octets, !want)
			}
		}
		left = 99
		if free, enough := d.Free(); free != 1000 || !enough || calls != 1 {
			t.Errorf("%d, %v after %d looks within a second", free, enough, calls)
		}
		time.Sleep(asked)
		if free, enough := d.Free(); free != 99 || enough || d.Room(0) || calls != 2 {
			t.Errorf("%d, %v after %d looks", free, enough, calls)
		}
		left = 100
		time.Sleep(asked)
		if _, enough := d.Free(); !enough || !d.Room(0) || d.Room(1) {
			t.Error("at the floor there is room for what is small")
		}
		fails = errors.New("no such system")
		time.Sleep(asked)
		if free, enough := d.Free(); free != -1 || !enough || !d.Room(1<<40) {
			t.Errorf("%d, %v where nobody knows", free, enough)
		}
		for _, want := range []string{"mail is refused", "mail is taken", "no such system"} {
			if strings.Count(log.String(), want) != 1 {
				t.Errorf("%q is not once in the log:\n%s", want, &log)
			}
		}
	})
}

func TestFreeHere(t *testing.T) {
	d := New(t.TempDir(), 0, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if free, enough := d.Free(); free <= 0 || !enough {
		t.Errorf("%d octets, %v", free, enough)
	}
	if free, _ := New(t.TempDir()+"/nothing", 0, slog.New(slog.NewTextHandler(io.Discard, nil))).Free(); free != -1 {
		t.Errorf("%d octets where there is no folder", free)
	}
}
