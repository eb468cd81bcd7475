package mailmatch

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// gomegaMatchers is where Gomega's own matchers are. It is not imported, its
// structs are read by reflection.
const gomegaMatchers = "github.com/onsi/gomega/matchers"

// written returns a matcher as it stands in the source of a test:
// ContainSubstring("hello"). Gomega's own matchers are structs that are named
// after their function and keep its arguments in exported fields.
func written(m types.GomegaMatcher) string {
	if m == nil {
		return "nil"
	}
	if s, ok := m.(format.GomegaStringer); ok {
		return harmless(s.GomegaString())
	}
	v := reflect.Indirect(reflect.ValueOf(m))
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != gomegaMatchers {
		return strings.TrimPrefix(fmt.Sprintf("%T", m), "*")
	}
	name := strings.TrimSuffix(v.Type().Name(), "Matcher")
	return name + "(" + strings.Join(arguments(v), ", ") + ")"
}

func arguments(v reflect.Value) []string {
	var args []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch value := v.Field(i); {
		case !f.IsExported(), f.Name == "Reason" && value.IsZero():
		case variadic(f.Type):
			for j := range value.Len() {
				args = append(args, argument(value.Index(j).Interface()))
			}
		default:
			args = append(args, argument(value.Interface()))
		}
	}
	return args
}

// variadic says that a field holds the arguments behind "...".
func variadic(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && (t.Elem().Kind() == reflect.Interface || t.Elem() == reflect.TypeFor[time.Duration]())
}

// argument returns a value as it would be written in Go, or nearly.
func argument(a any) string {
	switch a := a.(type) {
	case nil:
		return "nil"
	case types.GomegaMatcher:
		return written(a)
	case string:
		return quoted(a)
	case []byte:
		return "[]byte(" + quoted(string(a)) + ")"
	case []string:
		return bracketed(a)
	}
	if reflect.TypeOf(a).Kind() == reflect.Func {
		return "func"
	}
	return shown(fmt.Sprint(a))
}
