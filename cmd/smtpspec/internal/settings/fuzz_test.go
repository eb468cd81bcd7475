package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever somebody types, sets or writes into the file: what is wrong is one
// line with something to try.
func FuzzParse(f *testing.F) {
	f.Add("--smtp=flag:1\none\n-j\n--\n--three", "2KiB", "keep = 1\nuser = ['a:b', 'c:d']\n[serve]\nkeep = 4\n[send]\nhelo = 'x'\n")
	f.Add("--keep\n-1", "9999999999 GiB", "max-size = 1.5")
	f.Add("--user\na:b\n--user=c:d\n-j=x", "", "[serve]\n[serve]")
	f.Add("-\n---smtp\n--=\n--lmtp\n--smpt", "-1", "smtp = [[]]\n\x00")
	file := filepath.Join(f.TempDir(), "smtpspec.toml")
	f.Fuzz(func(t *testing.T, args, variable, content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var got told
		_, err := newSet(&got).Parse(strings.Split(args, "\n"), environment("SMTPSPEC_MAX_SIZE", variable, "SMTPSPEC_USER", variable, "SMTPSPEC_CONFIG", file))
		checkTold(t, &got, err)
	})
}

func checkTold(t *testing.T, got *told, err error) {
	t.Helper()
	var fault *Fault
	switch {
	case err == nil:
		if got.size < 1 || got.keep < 0 || got.timeout <= 0 {
			t.Errorf("taken: %+v", got)
		}
	case errors.Is(err, ErrHelp):
	case !errors.As(err, &fault):
		t.Errorf("%T %v", err, err)
	case fault.Text == "" || strings.ContainsAny(fault.Text, "\r\n"):
		t.Errorf("not one line: %q", fault.Text)
	}
}
