package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// otherWords are what people write who think of the Go form or of another
// tool, with what a rule calls it.
var otherWords = map[string]string{
	"once": "first", "first_n": "first", "code": "reply", "stage": "on", "named": "name",
	"ehlo": "hello", "helo": "hello", "session": "in_session", "transaction": "in_transaction",
	"rst": "reset", "fin": "drop", "close": "drop", "timeout": "stall", "raw": "reply_raw",
	"cert": "certificate", "tls": "tls_versions", "versions": "tls_versions", "silence": "hang", "stall": "hang",
	"hang": "stall", "deaf": "stop_reading", "shutdown": "half_close", "chunks": "split", "before": "early", "after": "trail",
}

// ruleKeys returns the fields of the JSON form, in its order.
func ruleKeys() []string {
	keys := []string{"on"}
	for _, p := range ruleTable {
		if p.key != "" {
			keys = append(keys, p.key)
		}
	}
	return keys
}

func unknownField(key string, known []string) string {
	return "unknown field " + shownKey(key) + didYouMean(key, known) +
		"; the fields are " + strings.Join(known, ", ")
}

func unknownStage(name string) string {
	var stages []string
	for _, s := range record.Stages() {
		stages = append(stages, string(s))
	}
	return fmt.Sprintf("unknown stage %s%s; the stages are %s", shownKey(name), didYouMean(name, stages), strings.Join(stages, ", "))
}

// missingStage tells a misspelt "on" from a forgotten one.
func missingStage(n ruleNode, members []ruleMember) error {
	for _, m := range members {
		if !slices.Contains(ruleKeys(), m.key) && nearest(m.key, ruleKeys()) == "on" {
			return &ruleFault{m.keyAt, unknownField(m.key, ruleKeys())}
		}
	}
	return n.fault(`the rule does not say when it acts; add a stage, such as "on": "RCPT"`)
}

func shownKey(key string) string { return strconv.Quote(record.Clip(key, 40)) }

func didYouMean(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return `; did you mean "` + near + `"?`
	}
	return ""
}

// nearest returns the known word that word was probably meant to be, or "".
func nearest(word string, known []string) string {
	if other := otherWords[strings.ToLower(word)]; slices.Contains(known, other) {
		return other
	}
	return hint.Nearest(word, known)
}
