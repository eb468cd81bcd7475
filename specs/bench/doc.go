// Bench measures what the harness costs, against its own foundation and
// against the least that any server can cost:
//
//	go run ./specs/bench -quick     under a minute
//	go run ./specs/bench            everything, about ten minutes
//
// Each server runs in a process of its own, so that its CPU time is nobody
// else's. They take turns within every round, and the figures are ratios of
// neighbouring turns: on a busy machine these hold where absolute times do
// not. A second harness beside the first shows how much is noise.
//
// It fails on lost or garbled messages and on what a closed server leaves
// behind, never on speed.
package main
