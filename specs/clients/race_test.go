//go:build race

package clients_test

// The command is built as the specs are.
var raceFlags = []string{"-race"}
