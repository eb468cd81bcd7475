package conform

import (
	"strings"
	"testing"
)

const manifestExample = `name     = "msmtp"
argv     = ["./msmtp.sh"]
stdin    = "message"
mode     = "raw"
security = ["none", "starttls", "tls"]
timeout  = { knob = true }
settle   = "2s"
exit     = { ok = [0], temp = [75], perm = [65, 67, 68, 69, 76, 77], unsupported = [64], queued = [3] }
error    = { code = '\b([245]\d\d)\b', enhanced = '\b([245]\.\d{1,3}\.\d{1,3})\b' }
xfail    = { "quit-sent" = "by decision of its author" }
needs    = ["multi-rcpt", "101"]

[classes.data-lf-input]
class = "raw API"
note  = "its caller has to end lines with CRLF"
`

func TestManifest(t *testing.T) {
	m, err := ParseManifest(manifestExample)
	if err != nil {
		t.Fatal(err)
	}
	if m.Exit.class(3) != Queued || m.Exit.class(77) != Perm || m.Exit.class(2) != Failed || m.XFail["quit-sent"] == "" || m.settle.Seconds() != 2 {
		t.Errorf("%+v", m)
	}
}

func TestBrokenManifests(t *testing.T) {
	for broken, want := range map[string]string{
		"":                               `1: a manifest needs a name`,
		"name = \"x\"\n":                 `1: a manifest needs the command`,
		"name = \"x\"\nargv = [\n":       `2: `,
		"name = \"x\"\n\nargv = \"x\"\n": `3: argv: this is of the type string, and has to be a list, such as ["…"]`,
		"name = \"x\"\nargv = [\"x\"]\nargs = [1]":                             `3: unknown key "args"; did you mean "argv"?`,
		"name = \"x\"\nargv = [\"x\", \"{rcpts}\"]":                            `2: argv has the placeholder {rcpts}; there are {host}`,
		"name = \"x\"\nargv = [\"x\"]\nmode = \"row\"":                         `3: mode: "row" is none of raw, compose, both; did you mean "raw"?`,
		"name = \"x\"\nargv = [\"x\"]\nsettle = \"2\"":                         `3: settle: "2" is no duration; write 500ms`,
		"name = \"x\"\nargv = [\"x\"]\ntimeout = { knob = true, none = true }": `3: timeout is one of`,
		"name = \"x\"\nargv = [\"x\"]\nerror = { code = '(' }":                 `3: error.code: `,
		"name = \"x\"\nargv = [\"x\"]\nerror = { code = '550' }":               `3: error.code: "550" has no group; write '(550)'`,
		"name = \"x\"\nargv = [\"x\"]\n[xfail]\n\"quit-sent\" = \"\"":          `4: xfail "quit-sent" needs the reason`,
		"name = \"x\"\nargv = [\"x\"]\n[exit]\nok = [\"0\"]":                   `4: exit.ok: this is of the type string, and has to be a number without quotes`,
	} {
		if _, err := ParseManifest(broken); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q\n got %v\nwant %s", broken, err, want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(manifestExample)
	f.Add("name = 1\n[classes.x]\nclass = 'y'")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := ParseManifest(text); err == nil {
			m.Exit.class(0)
			m.expand(&desk{}, &Job{})
		}
	})
}
