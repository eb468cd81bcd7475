package rfc

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Sentence is a sentence of an RFC that binds an SMTP client, with the
// scenarios that hold a client to it. It has either scenarios or a reason why
// it has none.
type Sentence struct {
	ID         string   // "5321-4.1.1.10-1": RFC, section, and a number that stays when others are added
	Cite       Cite     // where it stands
	Level      Level    // how the sentence itself binds; its scenarios may judge otherwise
	Text       string   // the words of the RFC, on one line; "…" where words between are left out
	Scenarios  []string // scenarios that check it; nil when it is untestable
	Untestable string   // why no scenario checks it; "" when some do
	Unverified bool     // the words have not been compared with the RFC
}

//go:embed register.txt
var registerText string

var register = sync.OnceValue(func() []Sentence {
	sentences, err := ParseRegister(registerText)
	if err != nil {
		panic("rfc: register.txt: " + err.Error())
	}
	return sentences
})

var byScenario = sync.OnceValue(func() map[string][]Sentence {
	index := map[string][]Sentence{}
	for _, s := range register() {
		for _, id := range s.Scenarios {
			index[id] = append(index[id], s)
		}
	}
	return index
})

// Sentences returns the register in order of RFC and section. The slice is the
// caller's to change; the Scenarios of its elements are shared.
func Sentences() []Sentence { return slices.Clone(register()) }

// Binding returns the sentences that the scenario of this id checks, in order
// of RFC and section. It is nil for a scenario that rests on no RFC, and for an
// id that no scenario has.
func Binding(scenario string) []Sentence { return slices.Clone(byScenario()[scenario]) }

// ParseRegister reads sentences in the format of register.txt, which its head
// describes, and keeps their order. Text without entries gives none. An error
// names the line at fault: a head that is not one, an ID that occurs twice, an
// entry with no sentence, or one with neither scenarios nor a reason.
func ParseRegister(text string) ([]Sentence, error) {
	var sentences []Sentence
	seen := map[string]int{}
	for _, e := range entries(text) {
		s, err := e.sentence()
		if err != nil {
			return nil, err
		}
		if first, twice := seen[s.ID]; twice {
			return nil, fmt.Errorf("line %d: %s is the ID of line %d too", e.line, s.ID, first)
		}
		seen[s.ID] = e.line
		sentences = append(sentences, s)
	}
	return sentences, nil
}

// entry is a paragraph of the register as it stands in the file.
type entry struct {
	line int      // where it begins, from 1
	head []string // words of the lines at the margin
	text []string // words of the indented lines
}

func entries(text string) []entry {
	var found []entry
	open := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 {
			open = false
			continue
		}
		if line[0] == '#' {
			continue
		}
		if !open {
			found, open = append(found, entry{line: number}), true
		}
		e := &found[len(found)-1]
		if line[0] == ' ' || line[0] == '\t' {
			e.text = append(e.text, words...)
		} else {
			e.head = append(e.head, words...)
		}
	}
	return found
}

// sectionID is an RFC, a section of it and the number of a sentence there.
// Numbers have at most six digits, so none overflows.
var sectionID = regexp.MustCompile(`^([1-9][0-9]{0,5})-((?:[1-9][0-9]{0,5}|[A-Z])(?:\.[1-9][0-9]{0,5})*)-[1-9][0-9]{0,5}$`)

var scenarioID = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9.]+)*$`)

var levels = []Level{MUST, DERIVED, SECURITY, SHOULD, INTEROP, MAY, INFO}

func (e entry) sentence() (Sentence, error) {
	if len(e.head) < 2 {
		return Sentence{}, e.errorf("an entry begins with an ID and a level")
	}
	s := Sentence{ID: e.head[0], Level: Level(e.head[1]), Text: strings.Join(e.text, " ")}
	parts := sectionID.FindStringSubmatch(s.ID)
	if parts == nil {
		return Sentence{}, e.errorf("%q is not an ID like 5321-4.1.1.10-1", s.ID)
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		return Sentence{}, e.errorf("%q: %w", s.ID, err)
	}
	s.Cite = Cite{RFC: number, Section: parts[2]}
	if !slices.Contains(levels, s.Level) {
		return Sentence{}, e.errorf("%q is not a level", s.Level)
	}
	if s.Text == "" {
		return Sentence{}, e.errorf("%s has no sentence; indent it below the head", s.ID)
	}
	return s, e.checks(&s)
}

// checks reads what follows the level in the head: the scenarios, or why there
// are none.
func (e entry) checks(s *Sentence) error {
	rest := e.head[2:]
	if len(rest) > 0 && rest[0] == "unverified" {
		s.Unverified, rest = true, rest[1:]
	}
	if len(rest) == 0 {
		return e.errorf(`%s has neither scenarios nor "untestable: why"`, s.ID)
	}
	if rest[0] == "untestable:" {
		if s.Untestable = strings.Join(rest[1:], " "); s.Untestable == "" {
			return e.errorf("%s does not say why it is untestable", s.ID)
		}
		return nil
	}
	for i, id := range rest {
		if !scenarioID.MatchString(id) {
			return e.errorf("%q is not the id of a scenario", id)
		}
		if slices.Contains(rest[:i], id) {
			return e.errorf("%s names %s twice", s.ID, id)
		}
	}
	s.Scenarios = rest
	return nil
}

func (e entry) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{e.line}, args...)...)
}
