package rfc

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestRegisterIsInOrder(t *testing.T) {
	sentences := Sentences()
	if len(sentences) == 0 {
		t.Fatal("the register is empty")
	}
	if !slices.IsSortedFunc(sentences, byPlace) {
		for i, s := range sentences[1:] {
			if byPlace(sentences[i], s) > 0 {
				t.Errorf("%s stands after %s", s.ID, sentences[i].ID)
			}
		}
	}
}

// byPlace compares RFCs, then sections number by number, appendices last.
func byPlace(a, b Sentence) int {
	return cmp.Or(
		cmp.Compare(a.Cite.RFC, b.Cite.RFC),
		slices.Compare(ordinals(a.Cite.Section), ordinals(b.Cite.Section)),
	)
}

func ordinals(section string) []int {
	var numbers []int
	for part := range strings.SplitSeq(section, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = 1000 + int(part[0])
		}
		numbers = append(numbers, n)
	}
	return numbers
}

func TestRegisterIsWhole(t *testing.T) {
	ids := map[string]bool{}
	for _, s := range Sentences() {
		if ids[s.ID] {
			t.Errorf("%s occurs twice", s.ID)
		}
		ids[s.ID] = true
		if want := strconv.Itoa(s.Cite.RFC) + "-" + s.Cite.Section + "-"; !strings.HasPrefix(s.ID, want) {
			t.Errorf("%s does not begin with %s", s.ID, want)
		}
		if (len(s.Scenarios) == 0) == (s.Untestable == "") {
			t.Errorf("%s has scenarios %v and reason %q; it needs one of the two", s.ID, s.Scenarios, s.Untestable)
		}
		if Title(s.Cite.RFC) == "" {
			t.Errorf("%s: RFC %d has no title", s.ID, s.Cite.RFC)
		}
	}
}

// A literal word is what MUST and SHOULD stand for, so the sentence has one.
func TestRegisterLevelsAreLiteral(t *testing.T) {
	words := map[Level][]string{
		MUST:   {"must", "shall", "require", "forbidden", "may not", "not permitted"},
		SHOULD: {"should", "recommended"},
		MAY:    {"may"},
	}
	for _, s := range Sentences() {
		literal := words[s.Level]
		if literal == nil {
			continue
		}
		text := strings.ToLower(s.Text)
		if !slices.ContainsFunc(literal, func(w string) bool { return strings.Contains(text, w) }) {
			t.Errorf("%s is %s, but says none of %q: %s", s.ID, s.Level, literal, s.Text)
		}
	}
}

func TestBinding(t *testing.T) {
	got := Binding("quit-after-mail-reject")
	if !slices.ContainsFunc(got, func(s Sentence) bool { return s.ID == "5321-4.1.1.10-1" }) {
		t.Errorf("quit-after-mail-reject has %v", got)
	}
	for _, s := range got {
		if !slices.Contains(s.Scenarios, "quit-after-mail-reject") {
			t.Errorf("%s does not name the scenario", s.ID)
		}
	}
	if got := Binding("no-such-scenario"); got != nil {
		t.Errorf("an unknown scenario has %v", got)
	}
}

func TestSentencesAreTheCallers(t *testing.T) {
	first := Sentences()[0].ID
	Sentences()[0].ID = "changed"
	if got := Sentences()[0].ID; got != first {
		t.Errorf("%q, want %q", got, first)
	}
	scenario := Sentences()[0].Scenarios[0]
	Binding(scenario)[0].ID = "changed"
	if got := Binding(scenario)[0].ID; got == "changed" {
		t.Error("a change to what Binding returned stayed")
	}
}

func TestParseRegister(t *testing.T) {
	got, err := ParseRegister("# head\n\n5321-4.1.1.10-1 MUST quit-sent\nquit-last\n    The sender\n\tMUST NOT close.\n# aside\n\n" +
		"5321-C-2 SHOULD unverified untestable: needs a\nname server\n  Words.\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("got %d sentences: %v", len(got), got)
	}
	a, b := got[0], got[1]
	if a.ID != "5321-4.1.1.10-1" || a.Cite != (Cite{5321, "4.1.1.10"}) || a.Level != MUST ||
		a.Text != "The sender MUST NOT close." || !slices.Equal(a.Scenarios, []string{"quit-sent", "quit-last"}) ||
		a.Untestable != "" || a.Unverified {
		t.Errorf("first is %+v", a)
	}
	if b.Cite != (Cite{5321, "C"}) || b.Scenarios != nil || b.Untestable != "needs a name server" || !b.Unverified {
		t.Errorf("second is %+v", b)
	}
}

func TestParseRegisterRefuses(t *testing.T) {
	good := "5321-2-1 MUST a\n  Words.\n"
	for text, want := range map[string]string{
		"5321-2-1\n  Words.":                     "line 1: an entry begins",
		"\n\n  Words.":                           "line 3: an entry begins",
		"RFC5321-2-1 MUST a\n  Words.":           `line 1: "RFC5321-2-1" is not an ID`,
		"5321-2 MUST a\n  Words.":                `line 1: "5321-2" is not an ID`,
		"5321-02-1 MUST a\n  Words.":             "line 1: \"5321-02-1\" is not an ID",
		"5321-2.-1 MUST a\n  Words.":             "line 1: \"5321-2.-1\" is not an ID",
		"5321-2-0 MUST a\n  Words.":              "line 1: \"5321-2-0\" is not an ID",
		"99999999999999999999-2-1 MUST a\n  Ws.": "is not an ID",
		"5321-2-1 must a\n  Words.":              `line 1: "must" is not a level`,
		"# x\n5321-2-1 MUST a\n":                 "line 2: 5321-2-1 has no sentence",
		"5321-2-1 MUST\n  Words.":                "line 1: 5321-2-1 has neither",
		"5321-2-1 MUST unverified\n  Words.":     "line 1: 5321-2-1 has neither",
		"5321-2-1 MUST untestable:\n  Words.":    "line 1: 5321-2-1 does not say why",
		"5321-2-1 MUST a A\n  Words.":            `line 1: "A" is not the id`,
		"5321-2-1 MUST a b a\n  Words.":          "line 1: 5321-2-1 names a twice",
		good + "\n" + good:                       "line 4: 5321-2-1 is the ID of line 1 too",
	} {
		got, err := ParseRegister(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
		if got != nil {
			t.Errorf("%q: %v beside the error", text, got)
		}
	}
}

func TestParseRegisterOfNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# only a comment\n"} {
		if got, err := ParseRegister(text); len(got) != 0 || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzParseRegister(f *testing.F) {
	f.Add("5321-4.2-1 MUST a-b c.d\n  Words.\n")
	f.Add("5321-C-1 MAY unverified untestable: why\n\tWords")
	f.Add("5321-4.2-1 MUST a\r\n  Words.\r\n\r\n#\n \x00")
	f.Fuzz(func(t *testing.T, text string) {
		sentences, err := ParseRegister(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("the error names no line: %v", err)
			}
			return
		}
		for _, s := range sentences {
			if s.Text == "" || (s.Scenarios == nil) == (s.Untestable == "") {
				t.Errorf("a sentence came through unfinished: %+v", s)
			}
			if s.Cite.String() == "" || s.Cite.URL() == "" {
				t.Errorf("%s has no place", s.ID)
			}
		}
		again, err := ParseRegister(text + "\n\n# end")
		if err != nil || len(again) != len(sentences) {
			t.Errorf("a comment at the end changes %d sentences to %d, %v", len(sentences), len(again), err)
		}
	})
}

func TestTitle(t *testing.T) {
	if got := Title(5321); got != "Simple Mail Transfer Protocol" {
		t.Errorf("5321 is %q", got)
	}
	if got := Title(7525); !strings.HasSuffix(got, " (obsoleted by RFC 9325)") {
		t.Errorf("7525 is %q", got)
	}
	if got := Title(1); got != "" {
		t.Errorf("1 is %q", got)
	}
}
