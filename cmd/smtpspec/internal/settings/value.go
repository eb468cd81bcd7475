package settings

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The kinds of value. What they say of a wrong one ends a sentence that begins
// with the name of the setting.

type function func(string) error

func (f function) Set(v string) error { return f(v) }
func (f function) String() string     { return "" }

type words string

func (w *words) Set(v string) error { *w = words(v); return nil }
func (w *words) String() string     { return string(*w) }

type toggle bool

func (t *toggle) Set(v string) error {
	on, err := strconv.ParseBool(v)
	if err != nil {
		return fmt.Errorf("%s is neither true nor false", quote(v))
	}
	*t = toggle(on)
	return nil
}

func (t *toggle) String() string { return strconv.FormatBool(bool(*t)) }

type number struct {
	p     *int
	least int
}

func (n *number) Set(v string) error {
	i, err := strconv.Atoi(v)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large", quote(v))
	case err != nil:
		return fmt.Errorf("%s is no whole number", quote(v))
	case i < n.least:
		return fmt.Errorf("%d is too small; write %d or more", i, n.least)
	}
	*n.p = i
	return nil
}

func (n *number) String() string { return strconv.Itoa(*n.p) }

type duration time.Duration

func (d *duration) Set(v string) error {
	t, err := time.ParseDuration(v)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no length of time; write a number with its unit: 90s, 5m", quote(v))
	case t <= 0:
		return fmt.Errorf("%s is too short", quote(v))
	}
	*d = duration(t)
	return nil
}

// age is a duration that may be 0, and that days are a unit of.
type age time.Duration

func (a *age) Set(v string) error {
	const day = 24 * time.Hour
	t, err := time.ParseDuration(v)
	if days, is := strings.CutSuffix(v, "d"); err != nil && is {
		var n int
		if n, err = strconv.Atoi(days); n > int(math.MaxInt64/day) {
			err = strconv.ErrRange
		}
		t = time.Duration(n) * day
	}
	switch {
	case err != nil && v != "0":
		return fmt.Errorf("%s is no length of time; write a number with its unit: 90m, 36h, 7d; 0 is for ever", quote(v))
	case t < 0:
		return fmt.Errorf("%s is too short", quote(v))
	}
	*a = age(t)
	return nil
}

func (a *age) String() string {
	if *a == 0 {
		return "0"
	}
	return (*duration)(a).String()
}

// String leaves out the units that are zero: "5m", not "5m0s".
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	s := time.Duration(*d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
