//go:build !race

package clients_test

var raceFlags []string
