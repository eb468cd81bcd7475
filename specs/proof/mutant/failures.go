package mutant

import (
	"errors"
	"maps"
	"strings"
)

// Failures are the errors of several messages of one job.
type Failures struct {
	Errs []error // not empty, in the order of the messages
}

// failures returns nil, the one error, or all of them. A session that did not
// come up is one error for all messages behind it.
func failures(errs []error) error {
	var all []error
	for _, err := range errs {
		if err != nil && (len(all) == 0 || all[len(all)-1] != err) {
			all = append(all, err)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return &Failures{all}
}

// Error joins the errors with "; ".
func (f *Failures) Error() string {
	texts := make([]string, len(f.Errs))
	for i, err := range f.Errs {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the errors.
func (f *Failures) Unwrap() []error { return f.Errs }

// Temporary says that all of them may pass.
func (f *Failures) Temporary() bool {
	for _, err := range f.Errs {
		var t interface{ Temporary() bool }
		if !errors.As(err, &t) || !t.Temporary() {
			return false
		}
	}
	return true
}

// SMTP returns the first code there is, and the recipients of all messages.
func (f *Failures) SMTP() (code int, enhanced string, rcpts map[string]error) {
	rcpts = map[string]error{}
	for _, err := range f.Errs {
		var s interface {
			SMTP() (int, string, map[string]error)
		}
		if !errors.As(err, &s) {
			continue
		}
		c, e, r := s.SMTP()
		if code == 0 {
			code, enhanced = c, e
		}
		maps.Copy(rcpts, r)
	}
	return code, enhanced, rcpts
}
