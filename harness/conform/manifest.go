package conform

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/smtpspec/smtpspec/harness/hint"
)

// Manifest says how a client in any language is run as a command, and how its
// end is read.
type Manifest struct {
	Name     string   `toml:"name"`
	Title    string   `toml:"title"`    // for people; "" = Name
	Homepage string   `toml:"homepage"` //
	Notes    string   `toml:"notes"`    // what the adapter does, for whoever reads a report
	Version  []string `toml:"version"`  // command that prints the version; nil = unknown
	Argv     []string `toml:"argv"`     // with placeholders: {host} {port} {security} {user} {pass} {cafile} {helo} {from} {rcpt...} {message} {timeout} {job} {result}
	Build    []string `toml:"build"`    // command to run once before; nil = none
	Stdin    string   `toml:"stdin"`    // "message", "job" or "none" (also "")
	Mode     string   `toml:"mode"`     // "raw", "compose", "both"; "" = found out
	Security []string `toml:"security"` // "none", "starttls", "optional", "tls"; nil = found out
	Host     string   `toml:"host"`     // name to be used for 127.0.0.1; "" = the address
	Needs    []string `toml:"needs"`    // what it can do; checked against calibration
	Settle   string   `toml:"settle"`   // how long after its end sessions may still come, "3s"

	Timeout ManifestTimeout `toml:"timeout"`
	Exit    ManifestExit    `toml:"exit"`
	Error   ManifestError   `toml:"error"`
	Install ManifestInstall `toml:"install"`

	XFail   map[string]string          `toml:"xfail"`   // scenarios expected to fail, with the reason
	Classes map[string]ManifestFinding `toml:"classes"` // findings that were looked at

	dir    string
	settle time.Duration
	fixed  time.Duration
	code   *regexp.Regexp
	status *regexp.Regexp
}

// ManifestTimeout says what a client's time-out depends on; at most one is
// given.
type ManifestTimeout struct {
	Knob  bool   `toml:"knob"`  // it follows SMTP_TIMEOUT
	Fixed string `toml:"fixed"` // "30s"
	None  bool   `toml:"none"`  // it waits for ever
}

// ManifestExit maps exit codes to outcomes. Without it those of sysexits(3)
// count: 0 ok; 75 temp; 64 unsupported; 65, 67, 68, 69, 76 and 77 perm.
type ManifestExit struct {
	OK          []int `toml:"ok"`
	Temp        []int `toml:"temp"`
	Perm        []int `toml:"perm"`
	Unsupported []int `toml:"unsupported"`
	Queued      []int `toml:"queued"`
}

// ManifestError are the patterns that find an SMTP code and an enhanced status
// code in the output; their first group is the code.
type ManifestError struct {
	Code     string `toml:"code"`
	Enhanced string `toml:"enhanced"`
}

// ManifestInstall says where the client comes from.
type ManifestInstall struct {
	Debian []string `toml:"debian"`
	NPM    []string `toml:"npm"`
	Go     string   `toml:"go"`
}

// ManifestFinding is what somebody found who looked at a failure.
type ManifestFinding struct {
	Class    string `toml:"class"`    // "client", "raw API" or "adapter"
	Note     string `toml:"note"`     //
	Upstream bool   `toml:"upstream"` // to be reported to its authors before its octets are shown
}

// ReadManifest reads a manifest. Errors name the line and what to write
// instead.
func ReadManifest(file string) (*Manifest, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	m, err := ParseManifest(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", file, err)
	}
	if m.dir, err = filepath.Abs(filepath.Dir(file)); err != nil {
		return nil, err
	}
	return m, nil
}

// ParseManifest reads the text of a manifest whose folder is the current one.
func ParseManifest(text string) (*Manifest, error) {
	m := &Manifest{}
	meta, err := toml.Decode(text, m)
	if err != nil {
		return nil, tomlError(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0].String()
		return nil, fmt.Errorf("%d: unknown key %q%s", lineOf(text, unknown[0]), key, didYouMean(unknown[0][len(unknown[0])-1], manifestKeys))
	}
	if key, err := m.check(); err != nil {
		return nil, fmt.Errorf("%d: %w", lineOf(text, strings.Split(key, ".")), err)
	}
	return m, nil
}

var manifestKeys = []string{"name", "title", "homepage", "notes", "version", "argv", "build", "stdin", "mode", "security", "host", "needs",
	"settle", "timeout", "exit", "error", "install", "xfail", "classes", "knob", "fixed", "none", "ok", "temp", "perm", "unsupported",
	"queued", "code", "enhanced", "debian", "npm", "go", "class", "note", "upstream"}

// belongs is what a value has to be, by the kind that the parser names.
var belongs = map[string]string{
	"slice": `a list, such as ["…"]`, "string": `a text in quotes`, "integer": "a number without quotes", "boolean": "true or false",
	"map": "a table", "struct": "a table",
}

var wrongType = regexp.MustCompile(`^incompatible types: TOML value has type (\w+); destination has type (\w+)$`)

// whatBelongs says of a fault of type what to write.
func whatBelongs(fault string) string {
	at := wrongType.FindStringSubmatch(fault)
	if at == nil || belongs[at[2]] == "" {
		return fault
	}
	return "this is of the type " + at[1] + ", and has to be " + belongs[at[2]]
}

// tomlError is a fault of the syntax or of a type, with its line first.
func tomlError(err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		hint := ""
		if parse.Usage != "" {
			hint, _, _ = strings.Cut(strings.TrimSpace(parse.Usage), "\n")
			hint = "; " + hint
		}
		return fmt.Errorf("%d: %s%s", parse.Position.Line, parse.Message, hint)
	}
	if at := typeError.FindStringSubmatch(err.Error()); at != nil {
		return fmt.Errorf("%s: %s: %s", at[1], at[2], whatBelongs(at[3]))
	}
	return fmt.Errorf("1: %w", err)
}

// typeError is how the library puts a value of the wrong type.
var typeError = regexp.MustCompile(`^toml: line (\d+) \(last key "([^"]+)"\): (.*)$`)

// lineOf finds the line where a key is given, 1 if it is nowhere.
func lineOf(text string, key []string) int {
	last := key[len(key)-1]
	for i, line := range strings.Split(text, "\n") {
		if regexp.MustCompile(`(^|[\s{,\[."'])` + regexp.QuoteMeta(last) + `["']?\s*[=\]]`).MatchString(line) {
			return i + 1
		}
	}
	return 1
}

// check fills in what follows from the fields. The error comes with the key
// that is to blame.
func (m *Manifest) check() (key string, err error) {
	for _, check := range []func() (string, error){m.checkCommand, m.checkWords, m.checkTimes, m.checkPatterns} {
		if key, err := check(); err != nil {
			return key, err
		}
	}
	return "", nil
}

func (m *Manifest) checkCommand() (string, error) {
	if m.Name == "" {
		return "name", errors.New(`a manifest needs a name, such as name = "msmtp"`)
	}
	if len(m.Argv) == 0 || m.Argv[0] == "" {
		return "argv", errors.New(`a manifest needs the command to run, such as argv = ["./send.sh"]`)
	}
	for _, arg := range m.Argv {
		for _, placeholder := range placeholder.FindAllString(arg, -1) {
			if !slices.Contains(placeholders, placeholder) {
				return "argv", fmt.Errorf("argv has the placeholder %s; there are %s", placeholder, strings.Join(placeholders, " "))
			}
		}
	}
	return "", nil
}

func (m *Manifest) checkWords() (string, error) {
	for _, field := range []struct {
		key     string
		given   []string
		allowed []string
	}{
		{"stdin", nonEmpty(m.Stdin), []string{"message", "job", "none"}},
		{"mode", nonEmpty(m.Mode), []string{"raw", "compose", "both"}},
		{"security", m.Security, []string{"none", "starttls", "optional", "tls"}},
		{"needs", m.Needs, claimable},
	} {
		for _, word := range field.given {
			if !slices.Contains(field.allowed, word) {
				return field.key, fmt.Errorf("%s: %q is none of %s%s", field.key, word, strings.Join(field.allowed, ", "), didYouMean(word, field.allowed))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.XFail)) {
		if m.XFail[id] == "" {
			return "xfail." + id, fmt.Errorf("xfail %q needs the reason why it is expected", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Classes)) {
		if class := m.Classes[id].Class; !slices.Contains([]string{"client", "raw API", "adapter"}, class) {
			return "classes." + id, fmt.Errorf(`classes %q: class %q is none of "client", "raw API", "adapter"`, id, class)
		}
	}
	return "", nil
}

var claimable = []string{"raw", "compose", "attach", "bcc", "multi-rcpt", "101", "multi-msg", "cfg-helo", "cfg-from", "cfg-rcpt", "cfg-timeout",
	"starttls", "starttls-optional", "itls", "auth", "external", "scram", "xoauth2", "pipelining", "bdat", "dsn", "lmtp", "rtls", "8bit", "sends-ehlo"}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (m *Manifest) checkTimes() (key string, err error) {
	if m.settle, err = duration(m.Settle); err != nil {
		return "settle", fmt.Errorf("settle: %w", err)
	}
	if m.fixed, err = duration(m.Timeout.Fixed); err != nil {
		return "fixed", fmt.Errorf("timeout.fixed: %w", err)
	}
	given := 0
	for _, is := range []bool{m.Timeout.Knob, m.Timeout.Fixed != "", m.Timeout.None} {
		if is {
			given++
		}
	}
	if given > 1 {
		return "timeout", errors.New(`timeout is one of { knob = true }, { fixed = "30s" } and { none = true }`)
	}
	return "", nil
}

func duration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration; write 500ms, 3s or 2m", s)
	}
	return d, nil
}

func (m *Manifest) checkPatterns() (key string, err error) {
	if m.code, err = pattern(m.Error.Code, `\b([245][0-5]\d)\b`); err != nil {
		return "code", fmt.Errorf("error.code: %w", err)
	}
	if m.status, err = pattern(m.Error.Enhanced, `\b([245]\.\d{1,3}\.\d{1,3})\b`); err != nil {
		return "enhanced", fmt.Errorf("error.enhanced: %w", err)
	}
	return "", nil
}

func pattern(given, otherwise string) (*regexp.Regexp, error) {
	if given == "" {
		given = otherwise
	}
	re, err := regexp.Compile(given)
	if err != nil {
		return nil, err
	}
	if re.NumSubexp() < 1 {
		return nil, fmt.Errorf(`%q has no group; write '(%s)'`, given, given)
	}
	return re, nil
}

// didYouMean suggests a word, or nothing.
func didYouMean(word string, words []string) string {
	if near := hint.Nearest(word, words); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
