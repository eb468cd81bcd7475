package settings

import "strings"

// Variable returns the name of the environment variable: SMTPSPEC_MAX_SIZE.
func (one *Setting) Variable() string {
	return "SMTPSPEC_" + strings.ToUpper(strings.ReplaceAll(one.Name, "-", "_"))
}

// environ reads the environment. An empty variable is one that is not there.
func environ(all []*Setting, lookup func(string) (string, bool)) given {
	found := given{}
	for _, one := range all {
		value, _ := lookup(one.Variable())
		switch {
		case value == "":
		case one.many:
			for line := range strings.Lines(value) {
				if line = strings.TrimSpace(line); line != "" {
					found.add(one, one.Variable(), line)
				}
			}
		default:
			found.add(one, one.Variable(), value)
		}
	}
	return found
}
