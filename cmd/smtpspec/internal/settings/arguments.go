package settings

import (
	"strings"
)

// arguments reads flags from args. They may stand before and behind other
// arguments; "--" ends them.
func (s *Set) arguments(all []*Setting, found given, args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return append(rest, args...), nil
		case arg == "-h", arg == "-help", arg == "--help":
			return nil, ErrHelp
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		default:
			if args, err = s.flag(all, found, arg, args); err != nil {
				return nil, err
			}
		}
	}
	return rest, nil
}

// flag reads one flag, and its value, which may be the next argument.
func (s *Set) flag(all []*Setting, found given, arg string, args []string) (rest []string, err error) {
	name, value, has := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	one := find(all, name)
	short := !strings.HasPrefix(arg, "--")
	if one == nil || short != (one.Letter == name) {
		return nil, s.unknownFlag(all, arg)
	}
	switch {
	case has:
	case one.Value == "":
		value = "true"
	case len(args) == 0 || args[0] == "--":
		return nil, s.fault(one, "%s needs a value", one.flag())
	default:
		value, args = args[0], args[1:]
	}
	found.add(one, one.flag(), value)
	return args, nil
}

func (one *Setting) flag() string { return "--" + one.Name }
