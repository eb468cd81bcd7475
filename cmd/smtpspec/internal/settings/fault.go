package settings

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// ErrHelp says that help was asked for.
var ErrHelp = errors.New("help was asked for")

// Fault is a wrong use: one line that says what is wrong, and a command that
// shows how it is done.
type Fault struct {
	Text string
	Try  string // fit to be pasted; "" if there is none
}

func (f *Fault) Error() string { return f.Text }

// fault is one about a setting; what to try has a value that it takes.
func (s *Set) fault(one *Setting, format string, args ...any) error {
	try := s.Command + " " + one.flag()
	if value := cmp.Or(one.Example, one.Default, one.Value); value != "" {
		try += " " + value
	}
	return &Fault{Text: fmt.Sprintf(format, args...), Try: try}
}

// refused puts the name of the setting before what is wrong with its value.
func (s *Set) refused(one *Setting, name string, err error) error {
	var own *Fault
	if errors.As(err, &own) {
		return &Fault{Text: name + ": " + own.Text, Try: own.Try}
	}
	return s.fault(one, "%s: %v", name, err)
}

func (s *Set) unknownFlag(all []*Setting, arg string) error {
	// What stands behind "=" may be a secret.
	shown, _, _ := strings.Cut(arg, "=")
	name := strings.TrimLeft(shown, "-")
	if why := s.NotThere[name]; why != "" {
		return &Fault{Text: shown + " is not there yet: " + why, Try: s.Command + " --help"}
	}
	names := make([]string, 0, len(all))
	for _, one := range all {
		names = append(names, one.Name)
	}
	if near := hint.Nearest(name, names); near != "" {
		return s.fault(find(all, near), "there is no flag %s; did you mean --%s?", quote(shown), near)
	}
	return &Fault{Text: "there is no flag " + quote(shown), Try: s.Command + " --help"}
}

func (s *Set) unknownKey(key string, known []string) error {
	if why := s.NotThere[key]; why != "" {
		return &Fault{Text: s.config + ": " + key + " is not there yet: " + why, Try: s.Command + " --help"}
	}
	text := s.config + ": there is no key " + quote(key)
	if near := hint.Nearest(key, known); near != "" {
		text += "; did you mean " + near + "?"
	}
	return &Fault{Text: text, Try: s.Command + " --help"}
}

// quote shows what somebody typed.
func quote(s string) string { return strconv.QuoteToGraphic(record.Clip(s, 100)) }
