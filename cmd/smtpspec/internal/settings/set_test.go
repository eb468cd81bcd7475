package settings

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// told is what the settings of these tests go into.
type told struct {
	smtp    string
	size    int
	keep    int
	timeout time.Duration
	json    bool
	users   []string
}

func newSet(into *told) *Set {
	*into = told{smtp: "127.0.0.1:1025", size: 50 << 20, timeout: 5 * time.Minute}
	s := &Set{Command: "smtpspec serve", Table: "serve", Tables: []string{"serve", "send"}, Others: []string{"helo"},
		NotThere: map[string]string{"lmtp": "later"}}
	s.String(&into.smtp, "smtp", "ADDR", "address")
	s.Size(&into.size, 1, "max-size", "SIZE", "size")
	s.Int(&into.keep, 0, "keep", "N", "number")
	s.Duration(&into.timeout, "timeout", "TIME", "time")
	s.Bool(&into.json, "json", "lines").Letter = "j"
	s.Many(func(v string) error {
		if !strings.Contains(v, ":") {
			return errors.New("write a name, a colon and a password")
		}
		into.users = append(into.users, v)
		return nil
	}, "user", "NAME:PASSWORD", "login")
	return s
}

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "smtpspec.toml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	var got told
	set := newSet(&got)
	path := file(t, "smtp = 'file:1'\nkeep = 1\nmax-size = '1kB'\nuser = ['a:b', 'c:d']\nhelo = 'for send'\n[serve]\nkeep = 4\n[send]\nhelo = 'x'\n")
	rest, err := set.Parse([]string{"--smtp=flag:1", "one", "-j", "--config", path, "two", "--", "--three"},
		environment("SMTPSPEC_SMTP", "env:1", "SMTPSPEC_MAX_SIZE", "2KiB", "SMTPSPEC_TIMEOUT", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got.smtp != "flag:1" || got.size != 2048 || got.keep != 4 || !got.json || got.timeout != 5*time.Minute {
		t.Errorf("got %+v", got)
	}
	if !slices.Equal(got.users, []string{"a:b", "c:d"}) || !slices.Equal(rest, []string{"one", "two", "--three"}) {
		t.Errorf("users %q, rest %q", got.users, rest)
	}
}

// What is given several times is not added to what a weaker source says.
func TestManyReplacesTheWeakerSource(t *testing.T) {
	var got told
	_, err := newSet(&got).Parse(nil, environment("SMTPSPEC_USER", "e:1\n f:2\n", "SMTPSPEC_CONFIG", file(t, "user = ['a:b']")))
	if err != nil || !slices.Equal(got.users, []string{"e:1", "f:2"}) {
		t.Errorf("users %q, error %v", got.users, err)
	}
}

var faults = map[string]struct {
	args      []string
	file      string
	text, try string
}{
	"misspelt":        {args: []string{"--max-sise", "1"}, text: `there is no flag "--max-sise"; did you mean --max-size?`, try: "smtpspec serve --max-size 50MiB"},
	"swapped":         {args: []string{"--jsno"}, text: `there is no flag "--jsno"; did you mean --json?`, try: "smtpspec serve --json"},
	"far off":         {args: []string{"--unheard-of=secret"}, text: `there is no flag "--unheard-of"`, try: "smtpspec serve --help"},
	"one dash":        {args: []string{"-json"}, text: `there is no flag "-json"; did you mean --json?`, try: "smtpspec serve --json"},
	"planned":         {args: []string{"--lmtp"}, text: "--lmtp is not there yet: later", try: "smtpspec serve --help"},
	"no value":        {args: []string{"--smtp"}, text: "--smtp needs a value", try: "smtpspec serve --smtp 127.0.0.1:1025"},
	"twice":           {args: []string{"--keep", "1", "--keep", "2"}, text: "--keep is given 2 times", try: "smtpspec serve --keep 0"},
	"no size":         {args: []string{"--max-size", "big"}, text: `--max-size: "big" is no size; write a number with its unit: 50MiB, 100kB`, try: "smtpspec serve --max-size 50MiB"},
	"size 0":          {args: []string{"--max-size", "0"}, text: `--max-size: "0" is too small; write 1 or more`, try: "smtpspec serve --max-size 50MiB"},
	"huge size":       {args: []string{"--max-size", "99999999999GiB"}, text: `--max-size: "99999999999GiB" is too large`, try: "smtpspec serve --max-size 50MiB"},
	"no number":       {args: []string{"--keep", "x"}, text: `--keep: "x" is no whole number`, try: "smtpspec serve --keep 0"},
	"negative":        {args: []string{"--keep", "-1"}, text: "--keep: -1 is too small; write 0 or more", try: "smtpspec serve --keep 0"},
	"no time":         {args: []string{"--timeout", "5"}, text: `--timeout: "5" is no length of time; write a number with its unit: 90s, 5m`, try: "smtpspec serve --timeout 5m"},
	"no switch":       {args: []string{"--json=maybe"}, text: `--json: "maybe" is neither true nor false`, try: "smtpspec serve --json"},
	"secret":          {args: []string{"--user", "hunter2"}, text: "--user: write a name, a colon and a password", try: "smtpspec serve --user NAME:PASSWORD"},
	"unknown key":     {file: "max-sise = 1", text: `FILE: there is no key "max-sise"; did you mean max-size?`, try: "smtpspec serve --help"},
	"key in table":    {file: "[serve]\nhelo = 'x'", text: `FILE: there is no key "helo"`, try: "smtpspec serve --help"},
	"unknown table":   {file: "[server]\nsmtp = 'x'", text: `FILE: there is no key "server"`, try: "smtpspec serve --help"},
	"short key":       {file: "j = true", text: `FILE: there is no key "j"`, try: "smtpspec serve --help"},
	"wrong type":      {file: "smtp = 1.5", text: "FILE: smtp is neither a text nor a number nor true or false", try: "smtpspec serve --smtp 127.0.0.1:1025"},
	"bad value":       {file: "keep = 'x'", text: `FILE: keep: "x" is no whole number`, try: "smtpspec serve --keep 0"},
	"no TOML":         {file: "keep = 1\nuser = hunter2", text: "FILE, line 2: this is not TOML; a key is a word, a text stands in quotes", try: `echo 'hostname = "localhost"' > FILE`},
	"control octets":  {args: []string{"--x\x1b[31m"}, text: `there is no flag "--x\x1b[31m"`, try: "smtpspec serve --help"},
	"planned key":     {file: "lmtp = ':24'", text: "FILE: lmtp is not there yet: later", try: "smtpspec serve --help"},
	"switch as value": {file: "json = 'maybe'", text: `FILE: json: "maybe" is neither true nor false`, try: "smtpspec serve --json"},
}

func TestFaults(t *testing.T) {
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			path := "none"
			if c.file != "" {
				path = file(t, c.file)
				c.args = append(c.args, "--config", path)
			}
			var got told
			_, err := newSet(&got).Parse(c.args, environment())
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatalf("error %v", err)
			}
			text, try := strings.ReplaceAll(fault.Text, path, "FILE"), strings.ReplaceAll(fault.Try, path, "FILE")
			if text != c.text || try != c.try {
				t.Errorf("got  %s\n     %s\nwant %s\n     %s", text, try, c.text, c.try)
			}
			if strings.Contains(fault.Text+fault.Try, "hunter2") {
				t.Error("a secret is in it")
			}
		})
	}
}

func TestMissingConfigIsAFault(t *testing.T) {
	var got told
	var fault *Fault
	_, err := newSet(&got).Parse([]string{"--config", filepath.Join(t.TempDir(), "none.toml")}, environment())
	if !errors.As(err, &fault) || !strings.Contains(fault.Text, "the configuration cannot be read: open ") {
		t.Errorf("error %v", err)
	}
}

func TestHelpIsNoFault(t *testing.T) {
	for _, arg := range []string{"-h", "-help", "--help"} {
		var got told
		if _, err := newSet(&got).Parse([]string{arg, "--unheard-of"}, environment()); !errors.Is(err, ErrHelp) {
			t.Errorf("%s: error %v", arg, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "75": 75, "75B": 75, "1kB": 1000, "1 KiB": 1024, "50MiB": 50 << 20, "2mb": 2e6, "1GiB": 1 << 30} {
		got := -1
		s := &size{&got, 0}
		if err := s.Set(text); err != nil || got != want {
			t.Errorf("%s is %d, error %v", text, got, err)
		}
	}
	for n, want := range map[int]string{0: "0", 75: "75", 1000: "1000", 1024: "1KiB", 50 << 20: "50MiB", 3 << 30: "3GiB"} {
		if got := (&size{&n, 0}).String(); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

func TestDurationsLeaveOutZeros(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", 90 * time.Second: "1m30s", 5 * time.Minute: "5m", 2 * time.Hour: "2h", time.Second: "1s", 10 * time.Minute: "10m"} {
		own := duration(d)
		if got := own.String(); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}

// Nobody sees the values of a set: help shows what stands there before it is
// told anything.
func TestDefaultsAreThoseBeforeParsing(t *testing.T) {
	var got told
	set := newSet(&got)
	if _, err := set.Parse(nil, environment("SMTPSPEC_SMTP", "secret.example:1", "SMTPSPEC_USER", "ann:hunter2")); err != nil {
		t.Fatal(err)
	}
	for _, one := range set.All() {
		if strings.Contains(one.Default, "secret") || strings.Contains(one.Default, "hunter2") {
			t.Errorf("--%s shows %q", one.Name, one.Default)
		}
	}
}
