package wire

// Elsewhere returns a bound copy of r for a rule that a set of another process
// applies: its Hits are what hits returns.
func Elsewhere(r Rule, hits func() int) Rule {
	r.label = r.Name()
	r.bound = &ruleTally{elsewhere: hits}
	return r
}
