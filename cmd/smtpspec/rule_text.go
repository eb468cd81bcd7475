package main

import (
	"os"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// parseRules reads the value of --rule: a rule or a list of rules in JSON, or
// @ and the file that has one. Its error is a *settings.Fault for a rule that
// is wrong, another one for a file that cannot be read.
func parseRules(value string) ([]harness.Rule, error) {
	text, place := []byte(value), ""
	if name, ok := strings.CutPrefix(value, "@"); ok {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text, place = content, name+", "
	}
	list, err := wire.ParseRules(text)
	if err != nil {
		return nil, &settings.Fault{Text: place + err.Error(), Try: "smtpspec rules"}
	}
	return list, nil
}
