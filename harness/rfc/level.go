package rfc

// Level says how strongly something binds a client, and so what a breach of it
// means.
type Level string

const (
	MUST     Level = "MUST"     // a literal MUST or MUST NOT: a breach fails
	DERIVED  Level = "DERIVED"  // follows from a MUST, without the word: a breach fails
	SECURITY Level = "SECURITY" // a class of CVE or CWE, or a MUST whose breach can be exploited: a breach fails
	SHOULD   Level = "SHOULD"   // a literal SHOULD or RECOMMENDED: a breach is a warning
	INTEROP  Level = "INTEROP"  // seen in the field where the RFCs are silent: a breach is a warning
	MAY      Level = "MAY"      // both ways are allowed
	INFO     Level = "INFO"     // worth knowing, nothing more
)

// Binds says that a breach is a failure and not a warning.
func (l Level) Binds() bool { return l == MUST || l == DERIVED || l == SECURITY }
