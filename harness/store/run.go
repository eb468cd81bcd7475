package store

import "time"

// Prolonged returns what a run that is there becomes when it is put again.
func (r Run) Prolonged(again Run) Run {
	switch {
	case r.Expires.IsZero() || again.Expires.IsZero():
		r.Expires = time.Time{}
	case again.Expires.After(r.Expires):
		r.Expires = again.Expires
	}
	return r
}
