package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

func TestNothingThatAPeerSentIsTakenForMoreThanText(t *testing.T) {
	checkForms(t, hostile)
}

func FuzzPeerText(f *testing.F) {
	f.Add(hostile)
	for _, text := range []string{"", "\x1b]0;x\a", "</style>", "</title>", "a\\", "`|`", "- x", "1. x", "|", "]]>", "(0", "\u2029", "\xc3", "[x]: http://e", "&lt;", "&#60;", "{{", "😀\u200d", "-->"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 4096 && strings.TrimSpace(text) != "" { // without text there are no elements around it
			checkForms(t, text)
		}
	})
}

// checkForms writes every form with text wherever a peer's text can stand, and
// compares its structure with that of a report of a harmless peer.
func checkForms(t *testing.T, text string) {
	t.Helper()
	const harmless = "hello"
	odd, plain := testReport("client"+text, text), testReport("client"+harmless, harmless)
	for _, f := range report.Formats() {
		got := write(t, f, odd)
		checkVisible(t, f.Name, got)
		if check := structure[f.Name]; check != nil {
			if a, b := check(t, got), check(t, write(t, f, plain)); a != b {
				t.Errorf("%s: the peer's text changed the structure:\n%s\nwithout it:\n%s", f.Name, a, b)
			}
		}
	}
	for _, all := range []bool{false, true} {
		var b bytes.Buffer
		if err := (report.Terminal{All: all}).Write(&b, testScenarios, odd); err != nil {
			t.Fatal(err)
		}
		checkVisible(t, "terminal", b.String())
	}
	var b bytes.Buffer
	before := testReport("client", text)
	before.Results[0].Verdict.Word = conform.Pass
	if _, err := report.WriteDiff(&b, report.Diff(before, odd)); err != nil {
		t.Fatal(err)
	}
	checkVisible(t, "diff", b.String())
}

// checkVisible finds octets that a terminal would act upon, and characters that
// hide or turn text.
func checkVisible(t *testing.T, form, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Errorf("%s is not UTF-8", form)
	}
	for i, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%s holds %U: %q", form, r, got[max(0, i-40):min(len(got), i+40)])
			return
		}
	}
}

var structure = map[string]func(testing.TB, string) string{
	"html": elementsOfHTML, "junit": elementsOfXML, "badge": elementsOfXML, "markdown": shapeOfMarkdown, "sarif": shapeOfSARIF,
}

// elementsOfHTML lists the elements with their attributes' names, the marks of
// escapes and of octets apart.
func elementsOfHTML(t testing.TB, text string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return b.String()
		case html.CommentToken:
			b.WriteString("comment ")
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "i" && len(token.Attr) == 0 || token.Data == "mark" {
				continue
			}
			fmt.Fprintf(&b, "%s", token.Data)
			for _, a := range token.Attr {
				fmt.Fprintf(&b, "|%s", a.Key)
				if a.Key == "href" {
					fmt.Fprintf(&b, "=%s", a.Val)
				}
			}
			b.WriteString("\n")
		}
	}
}

func elementsOfXML(t testing.TB, text string) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			fmt.Fprintf(&b, "%s %d\n", start.Name.Local, len(start.Attr))
		}
	}
}

// shapeOfMarkdown lists for each line what of it is markup.
func shapeOfMarkdown(t testing.TB, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		markup := markupOf(line)
		if strings.Contains(markup, "evil") {
			t.Errorf("an address outside of code: %s", line)
		}
		for _, c := range []string{"|", "<", "[", "](", "!", "#", ">", "*", "_", "@", "&", "~", "`"} {
			fmt.Fprintf(&b, "%d ", strings.Count(markup, c))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// markupOf returns a line without pieces of code and without what a backslash
// makes plain; a backslash in code makes nothing plain.
func markupOf(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && strings.IndexByte("\\`*_[]<>|&#~", line[i+1]) >= 0:
			i++
		case line[i] == '`' && strings.IndexByte(line[i+1:], '`') >= 0:
			i += 1 + strings.IndexByte(line[i+1:], '`')
		default:
			b.WriteByte(line[i])
		}
	}
	return b.String()
}

func shapeOfSARIF(t testing.TB, text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return strings.Join(keysOf(v), "\n")
}

func keysOf(v any) (keys []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			for _, sub := range append(keysOf(inner), "") {
				keys = append(keys, k+"."+sub)
			}
		}
	case []any:
		for i, inner := range v {
			for _, sub := range keysOf(inner) {
				keys = append(keys, fmt.Sprint(i)+"."+sub)
			}
		}
	}
	slices.Sort(keys)
	return keys
}
