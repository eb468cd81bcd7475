package settings

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/BurntSushi/toml"
)

// file reads the configuration file, if there is one. Its keys are the names of
// the settings. Those in the table of the command beat those above the tables,
// which all commands read.
func (s *Set) file() (given, error) {
	found := given{}
	if s.config == "" {
		return found, nil
	}
	tree, err := s.readTree()
	if err != nil {
		return nil, err
	}
	own, common := s.split(tree)
	if err := s.keys(found, own, nil); err != nil {
		return nil, err
	}
	return found, s.keys(found, common, s.Others)
}

// readTree never quotes the file: a password may stand in the line at fault.
func (s *Set) readTree() (map[string]any, error) {
	content, err := os.ReadFile(s.config)
	if err != nil {
		return nil, &Fault{Text: "the configuration cannot be read: " + err.Error(), Try: s.Command + " --config FILE"}
	}
	tree := map[string]any{}
	var syntax toml.ParseError
	switch err := toml.Unmarshal(content, &tree); {
	case errors.As(err, &syntax):
		return nil, &Fault{
			Text: fmt.Sprintf("%s, line %d: this is not TOML; a key is a word, a text stands in quotes", s.config, syntax.Position.Line),
			Try:  `echo 'hostname = "localhost"' > ` + s.config,
		}
	case err != nil:
		return nil, &Fault{Text: s.config + ": this is not TOML", Try: `echo 'hostname = "localhost"' > ` + s.config}
	}
	return tree, nil
}

// split returns the table of the command, and what stands above the tables.
func (s *Set) split(tree map[string]any) (own, common map[string]any) {
	common = map[string]any{}
	for key, value := range tree {
		table, is := value.(map[string]any)
		switch {
		case is && key == s.Table:
			own = table
		case is && slices.Contains(s.Tables, key):
		default:
			common[key] = value
		}
	}
	return own, common
}

// keys takes over the keys of one table, but those that are found already.
// Others are keys that stand there for other commands.
func (s *Set) keys(found given, table map[string]any, others []string) error {
	before := maps.Clone(found)
	for _, key := range slices.Sorted(maps.Keys(table)) {
		one := find(s.list, key)
		switch {
		case (one == nil || one.Name != key) && slices.Contains(others, key):
			continue
		case one == nil || one.Name != key:
			return s.unknownKey(key, slices.Concat(s.Keys(), others))
		case before[one] != nil:
			continue
		}
		if err := s.take(found, one, table[key]); err != nil {
			return err
		}
	}
	return nil
}

// take takes over the value of one key, or each element of its list.
func (s *Set) take(found given, one *Setting, value any) error {
	name := s.config + ": " + one.Name
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	for _, v := range values {
		text, ok := plainValue(v)
		if !ok {
			return s.fault(one, "%s is neither a text nor a number nor true or false", name)
		}
		found.add(one, name, text)
	}
	return nil
}

// plainValue returns a value of the file as a flag would have it.
func plainValue(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}
