package web

// Before, At and Behind are the search around what is wrong in it.
func (f frame) Before() string { return string(f.cut(0, f.Position)) }
func (f frame) At() string     { return string(f.cut(f.Position, f.Position+1)) }
func (f frame) Behind() string { return string(f.cut(f.Position+1, 1<<30)) }

// Character counts as people do.
func (f frame) Character() int { return f.Position + 1 }

func (f frame) cut(from, to int) []rune {
	q := []rune(f.Q)
	return q[min(from, len(q)):min(to, len(q))]
}
