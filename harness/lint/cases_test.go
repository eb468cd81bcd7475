package lint_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

var update = flag.Bool("update", false, "write what is found into the cases; look at each change")

// A case is a file testdata/RULE/keep-*.txtar or break-*.txtar with
//
//	session   a transcript
//	envelope  lines of MAIL and RCPT, all of them accepted
//	message   its lines, each of which gets a CRLF; \xd0, \r and \n are octets, and \\ is a backslash
//	findings  what all rules find, a line each
//
// Of session and message one may be missing.
type oneCase struct {
	session *record.Session
	message *record.Message
	want    string
}

func readCase(t testing.TB, file string) (oneCase, *txtar.Archive) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := oneCase{}
	envelope := record.Envelope{}
	for _, f := range a.Files {
		switch text := string(f.Data); f.Name {
		case "session":
			if c.session, err = record.ParseTranscript(text); err != nil {
				t.Fatal(err)
			}
		case "envelope":
			envelope = envelopeOf(text)
		case "message":
			c.message = messageOf(text)
		case "findings":
			c.want = text
		default:
			t.Fatalf("unknown section %q", f.Name)
		}
	}
	if c.message != nil {
		c.message.Envelope = envelope
		if c.session != nil {
			c.message.Session = c.session.ID
			c.session.Messages = []*record.Message{c.message}
		}
	}
	return c, a
}

func messageOf(text string) *record.Message {
	var raw []byte
	for line := range strings.Lines(text) {
		raw = append(raw, record.Unescape(strings.TrimSuffix(line, "\n"))+"\r\n"...)
	}
	m := &record.Message{ID: 1}
	m.SetRaw(raw)
	return m
}

func envelopeOf(text string) (e record.Envelope) {
	for line := range strings.Lines(text) {
		path, params, _ := strings.Cut(strings.TrimSpace(line), "> ")
		verb, address, _ := strings.Cut(strings.TrimSuffix(path, ">"), ":<")
		if verb == "RCPT TO" {
			e.Recipients = append(e.Recipients, record.Recipient{Address: address, Reply: record.NewReply(250, "2.1.5 Ok")})
			continue
		}
		e.From, e.Params = address, map[string]string{}
		for word := range strings.FieldsSeq(params) {
			key, value, _ := strings.Cut(word, "=")
			e.Params[strings.ToUpper(key)] = value
		}
	}
	return e
}

func (c oneCase) find() []lint.Finding {
	if c.session != nil {
		return lint.Session(c.session)
	}
	return lint.Message(c.message)
}

func listing(found []lint.Finding) string {
	var b strings.Builder
	for _, f := range found {
		if f.Command > 0 {
			b.WriteString("command " + strconv.Itoa(f.Command) + ": ")
		}
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func broken(id string) func(lint.Finding) bool {
	return func(f lint.Finding) bool { return f.Rule == id }
}

// Each rule has messages or sessions that keep it and such that break it.
func TestCases(t *testing.T) {
	for _, r := range lint.Rules() {
		for _, kind := range []string{"keep", "break"} {
			files, err := filepath.Glob(filepath.Join("testdata", r.ID, kind+"-*.txtar"))
			if err != nil || len(files) == 0 {
				t.Errorf("%s has no case %s-*.txtar", r.ID, kind)
			}
			for _, file := range files {
				t.Run(r.ID+"/"+filepath.Base(file), func(t *testing.T) { runCase(t, r, kind, file) })
			}
		}
	}
}

func runCase(t *testing.T, r lint.Rule, kind, file string) {
	c, archive := readCase(t, file)
	found := c.find()
	if slices.ContainsFunc(found, broken(r.ID)) != (kind == "break") {
		t.Errorf("a case %s found\n%s", kind, listing(found))
	}
	if got := listing(found); got != c.want {
		if *update {
			rewrite(t, archive, file, got)
			return
		}
		t.Errorf("found\n%swant\n%s", got, c.want)
	}
}

func rewrite(t *testing.T, a *txtar.Archive, file, findings string) {
	t.Helper()
	at := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "findings" })
	if at < 0 {
		at = len(a.Files)
		a.Files = append(a.Files, txtar.File{Name: "findings"})
	}
	a.Files[at].Data = []byte(findings)
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Cases that no rule owns would never run.
func TestCasesHaveRules(t *testing.T) {
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if _, ok := lint.ByID(f.Name()); !ok && f.IsDir() && f.Name() != "fuzz" {
			t.Errorf("there is no rule %s", f.Name())
		}
	}
}

// What the wire finds in octets is somebody's rule.
func TestEveryAnomalyHasARule(t *testing.T) {
	for _, k := range wire.AnomalyKinds() {
		s := &record.Session{ID: 1, Anomalies: []record.Anomaly{{Kind: k.Kind, Text: k.Text}}}
		if found := lint.Session(s); len(found) != 1 {
			t.Errorf("%s: %d rules find it: %s", k.Kind, len(found), listing(found))
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range lint.Rules() {
		if r.ID == "" || r.Level == "" || len(r.Cites) == 0 || r.Text == "" || r.Effect == "" || r.Fix == "" || r.Session == nil && r.Message == nil {
			t.Errorf("%+v lacks something", r)
		}
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
		for _, text := range []string{r.Text, r.Effect, r.Fix} {
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "…") {
				t.Errorf("%s: %q is no sentence", r.ID, text)
			}
		}
	}
	if _, ok := lint.ByID("lint-none"); ok {
		t.Error("lint-none is a rule")
	}
}
