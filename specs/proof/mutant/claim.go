package mutant

import (
	"errors"
	"maps"
)

// Claim is an error that says what a mutant wants said, and no more: for Report.
type Claim struct {
	Text       string
	Transient  bool
	Code       int
	Enhanced   string
	Recipients map[string]error
}

// Told returns the claim that says what err says.
func Told(err error) *Claim {
	c := &Claim{Text: err.Error(), Transient: Temporary(err)}
	var s interface {
		SMTP() (int, string, map[string]error)
	}
	if errors.As(err, &s) {
		c.Code, c.Enhanced, c.Recipients = s.SMTP()
		c.Recipients = maps.Clone(c.Recipients)
	}
	return c
}

func (c *Claim) Error() string { return c.Text }

// Temporary says that the same may succeed later.
func (c *Claim) Temporary() bool { return c.Transient }

// SMTP returns the code, and the errors of recipients.
func (c *Claim) SMTP() (code int, enhanced string, rcpts map[string]error) {
	return c.Code, c.Enhanced, c.Recipients
}

// Temporary says that err is one which may pass.
func Temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// CodeOf returns the reply code that err has, or 0.
func CodeOf(err error) int {
	if err == nil {
		return 0
	}
	return Told(err).Code
}

// claim makes a Report of a func that changes what is told of a failure.
func claim(f func(d *Dialogue, c *Claim)) func(*Dialogue, error) error {
	return func(d *Dialogue, err error) error {
		if err == nil {
			return nil
		}
		c := Told(err)
		f(d, c)
		return c
	}
}
