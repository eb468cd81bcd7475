package mailmatch

import (
	"fmt"
	"reflect"

	"github.com/onsi/gomega/types"
)

// expected is what a caller wants of a value: to be equal, or to satisfy a
// matcher.
type expected struct {
	value   any
	matcher types.GomegaMatcher // nil for equality
}

func expect(want any) expected {
	if m, ok := want.(types.GomegaMatcher); ok {
		return expected{matcher: m}
	}
	return expected{value: want}
}

// String returns `"x"`, or `that ContainSubstring("x")`.
func (e expected) String() string {
	if e.matcher != nil {
		return "that " + written(e.matcher)
	}
	return argument(e.value)
}

// of is String for claims that need a word before "that": `a line that …`.
func (e expected) of(noun string) string {
	if e.matcher != nil {
		return noun + " " + e.String()
	}
	return e.String()
}

// accepts says whether v is what is wanted. A value of another type is a
// mistake in the test, not a difference.
func (e expected) accepts(v any) (bool, error) {
	if e.matcher != nil {
		ok, err := e.matcher.Match(v)
		if err != nil {
			return false, fmt.Errorf("%s: %s", written(e.matcher), harmless(err.Error()))
		}
		return ok, nil
	}
	want, t := reflect.ValueOf(e.value), reflect.TypeOf(v)
	if !want.IsValid() || want.Kind() != t.Kind() || !want.CanConvert(t) || t.PkgPath() != "" && want.Type() != t {
		return false, fmt.Errorf("it is compared with a %s or a matcher, not with %s", t, described(e.value))
	}
	return reflect.DeepEqual(want.Convert(t).Interface(), v), nil
}

// mistake returns an error if what is wanted cannot be compared with a value
// like this one. It is for where there is no value to compare.
func (e expected) mistake(like any) error {
	if e.matcher != nil {
		return nil
	}
	_, err := e.accepts(like)
	return err
}

// described tells of a value that has the wrong type.
func described(v any) string {
	if v == nil {
		return "nil"
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && r.IsNil() {
		return fmt.Sprintf("a nil %T", v)
	}
	switch r.Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Slice, reflect.Map, reflect.Func, reflect.Chan:
		return fmt.Sprintf("a %T", v)
	}
	return fmt.Sprintf("the %T %s", v, argument(v))
}

// text returns what was found where a text was wanted: the text itself, or
// where it parts from a long one.
func (e expected) text(ok bool, found string) verdict {
	if want, equal := e.value.(string); equal && !ok && isLong(want, found) {
		return difference(want, found)
	}
	return has(ok, quoted(found))
}
