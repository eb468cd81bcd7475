// Package mutant has the honest client that a catalogue of scenarios is proved
// with, and the mutants of it that fail them.
//
// Send is the honest client: it does what a Job asks, over package sender, and
// tells the truth about it. A Mutant is Send with faults: funcs that change the
// job, the options, the TLS, each line that is sent, each reply that is heard,
// the message data on the wire, or what the caller is told. Sender itself stays
// as it is; a layer between it and the network makes the faults.
package mutant
