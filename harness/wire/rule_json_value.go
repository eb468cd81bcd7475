package wire

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// octetValue is the JSON value of a string that may hold any octets.
func octetValue(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return struct {
		Base64 []byte `json:"base64"`
	}{[]byte(s)}
}

func octetValues(list []string) []any {
	values := make([]any, 0, len(list))
	for _, s := range list {
		values = append(values, octetValue(s))
	}
	return values
}

type chanceJSON struct {
	P    float64 `json:"p"`
	Seed uint64  `json:"seed"`
}

func chanceValue(r Rule) any { return chanceJSON{r.chance, r.seed} }

func parseChance(r Rule, n ruleNode) (Rule, error) {
	fields, err := n.fields("p", "seed")
	if err != nil {
		return r, err
	}
	var c chanceJSON
	if p, ok := fields["p"]; !ok || p.decode(&c.P) != nil {
		return r, errRuleType
	}
	if seed, ok := fields["seed"]; ok && seed.decode(&c.Seed) != nil {
		return r, seed.fault(`"seed" is %s; write a whole number from 0`, seed.kind())
	}
	return r.Chance(c.P, c.Seed), nil
}

type replyJSON struct {
	Code  int   `json:"code"`
	Lines []any `json:"lines"`
}

// replyValue writes a reply of at most one line as the line of the wire.
func replyValue(r Rule) any {
	code, lines := r.act.reply.Code, r.act.reply.Lines
	switch {
	case len(lines) == 0:
		return strconv.Itoa(code)
	case len(lines) == 1 && utf8.ValidString(lines[0]):
		return strconv.Itoa(code) + " " + lines[0]
	}
	return replyJSON{code, octetValues(lines)}
}

func parseReply(r Rule, n ruleNode) (Rule, error) {
	if n.raw[0] != '{' {
		return parseReplyLine(r, n)
	}
	fields, err := n.fields("code", "lines")
	if err != nil {
		return r, err
	}
	var code int
	if f, ok := fields["code"]; !ok || f.decode(&code) != nil {
		return r, n.fault(`a reply needs its code; write {"code": 550, "lines": ["5.1.1 No such user"]}`)
	}
	var lines []string
	if f, ok := fields["lines"]; ok {
		lines, err = f.octetList()
		if err == errRuleType {
			err = f.fault(`"lines" is %s; write a list of strings, "lines": ["5.1.1 No such user"]`, f.kind())
		}
	}
	return r.Reply(code, lines...), err
}

func parseReplyLine(r Rule, n ruleNode) (Rule, error) {
	var line string
	if err := n.decode(&line); err != nil {
		return r, err
	}
	head, text, some := strings.Cut(line, " ")
	code, err := strconv.Atoi(head)
	switch {
	case err != nil || len(head) != 3:
		return r, n.fault(`a reply is a code of three digits, a blank and a text; write "reply": "550 5.1.1 No such user"`)
	case some:
		return r.Reply(code, text), nil
	}
	return r.Reply(code), nil
}

func delayValue(r Rule) any { return r.act.delay.String() }

func parseDelay(r Rule, n ruleNode) (Rule, error) {
	d, err := n.duration()
	return r.Delay(d), err
}

type dripJSON struct {
	Chunk int    `json:"chunk"`
	Every string `json:"every"`
}

func dripValue(r Rule) any { return dripJSON{r.act.dripChunk, r.act.dripEvery.String()} }

func parseDrip(r Rule, n ruleNode) (Rule, error) {
	fields, err := n.fields("chunk", "every")
	if err != nil {
		return r, err
	}
	var chunk int
	if f, ok := fields["chunk"]; !ok || f.decode(&chunk) != nil {
		return r, errRuleType
	}
	var every time.Duration
	if f, ok := fields["every"]; ok {
		every, err = f.duration()
	}
	return r.Drip(chunk, every), err
}
