package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// ruleNode is one value of a JSON text, with its place in it. The text is known
// to be valid JSON, which keeps the walk over it short.
type ruleNode struct {
	raw []byte
	at  int // octets of the text before it
}

type ruleMember struct {
	key   string
	keyAt int
	value ruleNode
}

// ruleFault is an error at a place of the text.
type ruleFault struct {
	at   int
	text string
}

func (f *ruleFault) Error() string { return f.text }

func (n ruleNode) fault(format string, args ...any) error {
	return &ruleFault{n.at, fmt.Sprintf(format, args...)}
}

// errRuleType says that a value has another type than its field. Who knows the
// field makes a sentence of it.
var errRuleType = fmt.Errorf("another type is needed")

func (n ruleNode) decode(to any) error {
	if n.raw[0] == 'n' || json.Unmarshal(n.raw, to) != nil {
		return errRuleType
	}
	return nil
}

// members takes an object apart.
func (n ruleNode) members() ([]ruleMember, error) {
	if n.raw[0] != '{' {
		return nil, errRuleType
	}
	var members []ruleMember
	seen := make(map[string]bool)
	for i := jsonStart(n.raw, 1); n.raw[i] != '}'; i = jsonStart(n.raw, i) {
		m := ruleMember{keyAt: n.at + i}
		end := jsonEnd(n.raw, i)
		if err := json.Unmarshal(n.raw[i:end], &m.key); err != nil {
			return nil, errRuleType
		}
		m.value, i = n.child(jsonStart(n.raw, end))
		if seen[m.key] {
			return nil, &ruleFault{m.keyAt, fmt.Sprintf("field %s is given twice; keep one", shownKey(m.key))}
		}
		seen[m.key] = true
		members = append(members, m)
	}
	return members, nil
}

// elements takes a list apart.
func (n ruleNode) elements() ([]ruleNode, error) {
	if n.raw[0] != '[' {
		return nil, errRuleType
	}
	var elements []ruleNode
	for i := jsonStart(n.raw, 1); n.raw[i] != ']'; i = jsonStart(n.raw, i) {
		var e ruleNode
		e, i = n.child(i)
		elements = append(elements, e)
	}
	return elements, nil
}

// fields takes an object apart that has these fields and no others.
func (n ruleNode) fields(known ...string) (map[string]ruleNode, error) {
	members, err := n.members()
	if err != nil {
		return nil, err
	}
	fields := make(map[string]ruleNode, len(members))
	for _, m := range members {
		if !slices.Contains(known, m.key) {
			return nil, &ruleFault{m.keyAt, unknownField(m.key, known)}
		}
		fields[m.key] = m.value
	}
	return fields, nil
}

// octets reads a string, or the {"base64": "…"} that stands for octets that are
// not UTF-8.
func (n ruleNode) octets() (string, error) {
	var text string
	if n.raw[0] != '{' {
		err := n.decode(&text)
		return text, err
	}
	fields, err := n.fields("base64")
	if err != nil {
		return "", err
	}
	encoded, ok := fields["base64"]
	if !ok || encoded.decode(&text) != nil {
		return "", n.fault(`octets are written {"base64": "/w=="}`)
	}
	octets, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", encoded.fault("%s is not base64; write it with the standard alphabet and its padding", strconv.Quote(record.Clip(text, 40)))
	}
	return string(octets), nil
}

func (n ruleNode) octetList() ([]string, error) {
	elements, err := n.elements()
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range elements {
		text, err := e.octets()
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}

func (n ruleNode) duration() (time.Duration, error) {
	var text string
	if err := n.decode(&text); err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, n.fault(`%s is no duration; write a number with its unit, such as "1.5s", "200ms" or "5m"`, strconv.Quote(record.Clip(text, 40)))
	}
	return d, nil
}

// kind names the type of the value in a sentence.
func (n ruleNode) kind() string {
	switch n.raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return string(n.raw)
	case 'n':
		return "null"
	}
	return "the number " + record.Clip(string(n.raw), 40)
}

// child returns the value that begins at i, and where it ends.
func (n ruleNode) child(i int) (ruleNode, int) {
	end := jsonEnd(n.raw, i)
	return ruleNode{n.raw[i:end], n.at + i}, end
}

// jsonStart skips what stands between two values.
func jsonStart(b []byte, i int) int {
	for i < len(b) && strings.IndexByte(" \t\r\n,:", b[i]) >= 0 {
		i++
	}
	return i
}

// jsonEnd returns where the value that begins at i ends.
func jsonEnd(b []byte, i int) int {
	for depth := 0; ; {
		switch b[i] {
		case '{', '[':
			depth, i = depth+1, i+1
		case '}', ']':
			depth, i = depth-1, i+1
		case '"':
			i = jsonStringEnd(b, i)
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
			continue
		default:
			if n := bytes.IndexAny(b[i:], " \t\r\n,:]}"); n >= 0 {
				i += n
			} else {
				i = len(b)
			}
		}
		if depth == 0 {
			return i
		}
	}
}

func jsonStringEnd(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}
