package settings

import (
	"flag"
	"slices"
	"time"
)

// Set is what one command can be told. The zero value with a Command is ready:
// define settings, then Parse.
type Set struct {
	Command string   // "smtpspec serve", for hints
	Table   string   // of the configuration file that only this command reads: "serve"
	Tables  []string // those of all commands
	Others  []string // keys of the file that other commands know
	// NotThere are settings that are planned, with what to say of them.
	NotThere map[string]string

	list   []*Setting
	config string
}

// Setting is one thing that a command can be told.
type Setting struct {
	Name    string // "max-size": the flag --max-size, the key, SMTPSPEC_MAX_SIZE
	Letter  string // a short flag, "v"; "" without one
	Value   string // what stands for the value in the help, "SIZE"; "" for a switch
	Text    string // one line of help
	Default string // as the help shows it; "" without one
	Example string // for hints; "" means Default or Value

	into flag.Value
	many bool // may be given several times
}

// Add defines a setting whose value is none of the kinds below. What into says
// of itself before it is set is the default; it must not be a secret.
func (s *Set) Add(into flag.Value, name, value, text string) *Setting {
	one := &Setting{Name: name, Value: value, Text: text, Default: into.String(), into: into}
	s.list = append(s.list, one)
	return one
}

// Many defines a setting that may be given several times; add takes each value.
// From the environment each line is one value, from the file each element.
func (s *Set) Many(add func(string) error, name, value, text string) *Setting {
	one := s.Add(function(add), name, value, text)
	one.many = true
	return one
}

// Func defines a setting whose value is given to set.
func (s *Set) Func(set func(string) error, name, value, text string) *Setting {
	return s.Add(function(set), name, value, text)
}

// String defines a setting that is any text.
func (s *Set) String(p *string, name, value, text string) *Setting {
	return s.Add((*words)(p), name, value, text)
}

// Bool defines a switch.
func (s *Set) Bool(p *bool, name, text string) *Setting {
	one := s.Add((*toggle)(p), name, "", text)
	one.Default = ""
	return one
}

// Int defines a setting that is a whole number of at least least.
func (s *Set) Int(p *int, least int, name, value, text string) *Setting {
	return s.Add(&number{p, least}, name, value, text)
}

// Size defines a setting that is a number of octets of at least least, "50MiB".
func (s *Set) Size(p *int, least int, name, value, text string) *Setting {
	return s.Add(&size{p, least}, name, value, text)
}

// Duration defines a setting that is a length of time, "5m".
func (s *Set) Duration(p *time.Duration, name, value, text string) *Setting {
	return s.Add((*duration)(p), name, value, text)
}

// Age defines a setting that is how long something is kept: "36h", "7d", and 0
// for ever.
func (s *Set) Age(p *time.Duration, name, value, text string) *Setting {
	return s.Add((*age)(p), name, value, text)
}

// All returns the settings in the order of their definition, --config last.
func (s *Set) All() []*Setting {
	return append(slices.Clone(s.list), s.configSetting())
}

// Keys returns the names of the settings.
func (s *Set) Keys() []string {
	keys := make([]string, 0, len(s.list))
	for _, one := range s.list {
		keys = append(keys, one.Name)
	}
	return keys
}

func (s *Set) configSetting() *Setting {
	return &Setting{Name: "config", Value: "FILE", Text: "read settings from a TOML file, under the names of the flags", into: (*words)(&s.config)}
}

// find returns the setting of a flag, a letter or a key, nil if there is none.
func find(list []*Setting, name string) *Setting {
	i := slices.IndexFunc(list, func(one *Setting) bool {
		return one.Name == name || one.Letter != "" && one.Letter == name
	})
	if i < 0 {
		return nil
	}
	return list[i]
}

// given says that the setting was told, and by whom.
type given map[*Setting]*source

type source struct {
	name   string // "--max-size", "SMTPSPEC_MAX_SIZE", "smtpspec.toml: max-size"
	values []string
}

func (g given) add(one *Setting, name, value string) {
	if g[one] == nil {
		g[one] = &source{name: name}
	}
	g[one].values = append(g[one].values, value)
}

// Parse sets the settings from the arguments, the environment and the file. It
// returns the arguments that are none. Its error is ErrHelp or a *Fault.
func (s *Set) Parse(args []string, lookup func(string) (string, bool)) (rest []string, err error) {
	all := s.All()
	flags := given{}
	if rest, err = s.arguments(all, flags, args); err != nil {
		return nil, err
	}
	environment := environ(all, lookup)
	config := all[len(all)-1]
	if err := s.apply([]*Setting{config}, flags, environment); err != nil {
		return nil, err
	}
	file, err := s.file()
	if err != nil {
		return nil, err
	}
	return rest, s.apply(s.list, flags, environment, file)
}

// apply sets each setting from the first of the layers that has it.
func (s *Set) apply(list []*Setting, layers ...given) error {
	for _, one := range list {
		for _, layer := range layers {
			from := layer[one]
			if from == nil {
				continue
			}
			if err := s.set(one, from); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (s *Set) set(one *Setting, from *source) error {
	if len(from.values) > 1 && !one.many {
		return s.fault(one, "%s is given %d times", from.name, len(from.values))
	}
	for _, v := range from.values {
		if err := one.into.Set(v); err != nil {
			return s.refused(one, from.name, err)
		}
	}
	return nil
}
