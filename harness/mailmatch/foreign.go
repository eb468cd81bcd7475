package mailmatch

import (
	"errors"
	"reflect"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// foreign is a claim that a matcher of another package makes about a message.
type foreign struct{ matcher types.GomegaMatcher }

func (f foreign) want() string {
	if inner := insideNot(f.matcher); inner != nil {
		return "not " + foreign{inner}.want()
	}
	return written(f.matcher)
}

func (f foreign) judge(m *harness.Message) (verdict, error) {
	if f.matcher == nil {
		return verdict{}, errors.New("a condition is nil")
	}
	ok, err := f.matcher.Match(m)
	switch {
	case err != nil:
		return verdict{}, errors.New(harmless(err.Error()))
	case ok:
		return verdict{ok: true}, nil
	case insideNot(f.matcher) != nil:
		return verdict{clause: "it does"}, nil
	case fieldOf(f.matcher, "OrMatcher", "Matchers") != nil:
		return verdict{clause: "it does none of these"}, nil
	}
	return verdict{clause: "it does not:", text: cutLines(harmless(f.matcher.FailureMessage(m)))}, nil
}

// cutLines keeps a text that may be as long as a message short.
func cutLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if len(line) > 2*maxShown {
			lines[i] = strings.ToValidUTF8(line[:2*maxShown], "") + "…"
		}
	}
	return listed(lines, func(line string) string { return line })
}

// partsOfAnd returns what And and SatisfyAll were given, nil for any other
// matcher.
func partsOfAnd(m types.GomegaMatcher) []types.GomegaMatcher {
	parts, _ := fieldOf(m, "AndMatcher", "Matchers").([]types.GomegaMatcher)
	return parts
}

// insideNot returns what Not was given, nil for any other matcher.
func insideNot(m types.GomegaMatcher) types.GomegaMatcher {
	inner, _ := fieldOf(m, "NotMatcher", "Matcher").(types.GomegaMatcher)
	return inner
}

// fieldOf reads a field of one of Gomega's own matchers.
func fieldOf(m types.GomegaMatcher, name, field string) any {
	v := reflect.Indirect(reflect.ValueOf(m))
	if v.Kind() != reflect.Struct || v.Type().Name() != name || v.Type().PkgPath() != gomegaMatchers {
		return nil
	}
	if f := v.FieldByName(field); f.IsValid() && f.CanInterface() {
		return f.Interface()
	}
	return nil
}
