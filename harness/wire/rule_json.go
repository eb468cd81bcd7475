package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// MarshalJSON returns the JSON form, a flat object with its fields in the order
// of the Go form:
//
//	{"on":"RCPT","to":"bad@*","first":2,"reply":"451 4.7.1 later","name":"greylist","required":true}
//
// A reply of one line is one string; of several it is {"code":250,"lines":["a","b"]}.
// Durations are strings with a unit, "1.5s". Octets that are not UTF-8 are
// {"base64":"…"}. A rule with When or Do has no such form, and one that is not
// valid has none either; the error says which.
func (r Rule) MarshalJSON() ([]byte, error) {
	if f := r.set & ruleFuncs; f != 0 {
		return nil, fmt.Errorf("rule %s: the func of %s has no JSON form; say it with other conditions and actions, or keep the rule in Go",
			shownRule(r), methodNames(f))
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	b := bytes.NewBufferString(`{"on":`)
	err := appendJSON(b, r.stage)
	for _, p := range ruleTable {
		if err == nil && r.set.has(p.part) {
			fmt.Fprintf(b, `,"%s":`, p.key)
			err = appendJSON(b, p.value(r))
		}
	}
	b.WriteByte('}')
	return b.Bytes(), err
}

// appendJSON leaves < and > as they are: addresses are easier to read so.
func appendJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	b.Truncate(b.Len() - 1)
	return err
}

// UnmarshalJSON is ParseRule.
func (r *Rule) UnmarshalJSON(b []byte) error {
	parsed, err := ParseRule(b)
	if err == nil {
		*r = parsed
	}
	return err
}

// ParseRule reads the JSON form of one rule, and validates it. An error is a
// *RuleTextError, which names the place and what to write there.
func ParseRule(text []byte) (Rule, error) {
	root, err := parseRuleText(text)
	if err != nil {
		return Rule{}, err
	}
	if root.raw[0] == '[' {
		return Rule{}, located(text, root.fault("this is a list; one rule is an object, %s", ruleSample))
	}
	r, err := parseRuleNode(root)
	return r, located(text, err)
}

// ParseRules reads one rule or a list of rules. An error names the place and,
// in a list, which rule it is, counted from 1.
func ParseRules(text []byte) ([]Rule, error) {
	root, err := parseRuleText(text)
	if err != nil {
		return nil, err
	}
	if root.raw[0] != '[' {
		r, err := parseRuleNode(root)
		if err != nil {
			return nil, located(text, err)
		}
		return []Rule{r}, nil
	}
	elements, err := root.elements()
	rules := make([]Rule, 0, len(elements))
	for i, e := range elements {
		r, err := parseRuleNode(e)
		if err != nil {
			return nil, located(text, inRule(i+1, err))
		}
		rules = append(rules, r)
	}
	return rules, err
}

const ruleSample = `such as {"on": "RCPT", "to": "bad@*", "reply": "550 5.1.1 No such user"}`

// parseRuleText checks that text is JSON, and finds the value in it.
func parseRuleText(text []byte) (ruleNode, error) {
	if i := firstNotUTF8(text); i >= 0 {
		return ruleNode{}, located(text, &ruleFault{i, `this octet is not UTF-8; octets are written {"base64": "/w=="}`})
	}
	var syntax *json.SyntaxError
	var raw json.RawMessage
	if errors.As(json.Unmarshal(text, &raw), &syntax) {
		return ruleNode{}, located(text, syntaxFault(text, syntax))
	}
	i := jsonStart(text, 0)
	return ruleNode{text[i:jsonEnd(text, i)], i}, nil
}

func firstNotUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; ; {
		c, n := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}

func syntaxFault(text []byte, err *json.SyntaxError) error {
	n := ruleNode{at: max(0, int(err.Offset)-1)}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return n.fault("there is no rule; write one, %s", ruleSample)
	case strings.Contains(err.Error(), "unexpected end"):
		n.at = len(text)
		return n.fault("the text ends within the rule; close what is open with \" or ] or }")
	case strings.Contains(err.Error(), "after top-level value"):
		return n.fault("there is more after the rule; write several rules as a list, [{…}, {…}]")
	}
	return n.fault("this is not JSON: %s", err)
}

// RuleTextError says what is wrong with the JSON form of a rule, and where.
type RuleTextError struct {
	Line, Column int // of the fault, in characters from 1
	Position     int // the same in characters of the whole text from 0
	Text         string
}

func (e *RuleTextError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// located makes a fault of text an error with its place.
func located(text []byte, err error) error {
	fault, ok := err.(*ruleFault)
	if !ok {
		return err
	}
	before := text[:min(fault.at, len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return &RuleTextError{line, column, utf8.RuneCount(before), fault.text}
}

func inRule(index int, err error) error {
	if fault, ok := err.(*ruleFault); ok {
		return &ruleFault{fault.at, fmt.Sprintf("rule %d of the list: %s", index, fault.text)}
	}
	return err
}

func parseRuleNode(n ruleNode) (Rule, error) {
	members, err := n.members()
	if err == errRuleType {
		err = n.fault("this is %s; a rule is an object, %s", n.kind(), ruleSample)
	}
	if err != nil {
		return Rule{}, err
	}
	i := slices.IndexFunc(members, func(m ruleMember) bool { return m.key == "on" })
	if i < 0 {
		return Rule{}, missingStage(n, members)
	}
	r, err := parseStage(members[i].value)
	for _, m := range members {
		if err == nil && m.key != "on" {
			r, err = parseMember(r, m)
		}
	}
	if err != nil {
		return Rule{}, err
	}
	if err := r.Validate(); err != nil {
		return Rule{}, n.fault("%s", err)
	}
	return r, nil
}

func parseStage(n ruleNode) (Rule, error) {
	var name string
	if err := n.decode(&name); err != nil {
		return Rule{}, n.fault(`"on" is %s; write the name of a stage, such as "on": "RCPT"`, n.kind())
	}
	if !slices.Contains(record.Stages(), record.Stage(name)) {
		return Rule{}, n.fault("%s", unknownStage(name))
	}
	return On(record.Stage(name)), nil
}

func parseMember(r Rule, m ruleMember) (Rule, error) {
	i := slices.IndexFunc(ruleTable, func(p rulePart) bool { return p.key == m.key && p.key != "" })
	if i < 0 {
		return r, &ruleFault{m.keyAt, unknownField(m.key, ruleKeys())}
	}
	r, err := ruleTable[i].parse(r, m.value)
	if err == errRuleType {
		err = m.value.fault(`"%s" is %s; write "%s": %s`, m.key, m.value.kind(), m.key, ruleTable[i].sample)
	}
	return r, err
}
