package catalog

import "github.com/smtpspec/smtpspec/harness/conform"

// judge decides what a run says of a client.
type judge = func(*conform.Case) conform.Verdict
