package wire

import (
	"reflect"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestRuleReferenceIsComplete(t *testing.T) {
	described := make(map[string]bool)
	for _, doc := range RuleReference() {
		if described[doc.Name] {
			t.Errorf("%s is described twice", doc.Name)
		}
		described[doc.Name] = true
	}
	for _, stage := range record.Stages() {
		if !described[string(stage)] {
			t.Errorf("stage %s is not described", stage)
		}
	}
	rule := reflect.TypeFor[Rule]()
	for i := range rule.NumMethod() {
		if m := rule.Method(i); m.Type.NumOut() == 1 && m.Type.Out(0) == rule && !described[m.Name] {
			t.Errorf("method %s is not described", m.Name)
		}
	}
	for _, p := range ruleTable {
		if _, ok := rule.MethodByName(p.method); !ok || !described[p.method] {
			t.Errorf("%s is no method that is described", p.method)
		}
	}
}

func TestRuleReferenceExamples(t *testing.T) {
	for _, doc := range RuleReference() {
		if doc.Text == "" || strings.Contains(doc.Text, "\n") || !strings.Contains(doc.Go, doc.Name+"(") && !strings.Contains(doc.Go, "On("+doc.Name+")") {
			t.Errorf("%s: %q, %s", doc.Name, doc.Text, doc.Go)
		}
		if strings.Contains(doc.Go, "(func)") {
			if doc.JSON != "" {
				t.Errorf("%s has a func and the JSON %s", doc.Name, doc.JSON)
			}
			continue
		}
		if r, err := ParseRule([]byte(doc.JSON)); err != nil || r.String() != doc.Go {
			t.Errorf("%s: %s is not %s: %v", doc.Name, doc.JSON, doc.Go, err)
		}
	}
}

// Each key of a JSON form is described in one place and read in one place.
func TestRuleTable(t *testing.T) {
	var all ruleParts
	for _, p := range ruleTable {
		if all.has(p.part) {
			t.Errorf("%s shares its bit", p.method)
		}
		all |= p.part
		if (p.key == "") != ruleFuncs.has(p.part) {
			t.Errorf("%s has the key %q", p.method, p.key)
		}
	}
	if want := partRequired<<1 - 1; all != want {
		t.Errorf("the table has the methods %b, want %b", all, want)
	}
}
