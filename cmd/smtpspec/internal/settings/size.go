package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a number of octets.
type size struct {
	p     *int
	least int
}

// units are written behind a number, the longest first. Those of the IEC are
// powers of 1024, those of the SI powers of 1000.
var units = []struct {
	name   string
	octets int
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
}

func (s *size) Set(v string) error {
	digits, unit := v, 1
	for _, u := range units {
		if n := len(v) - len(u.name); n > 0 && strings.EqualFold(v[n:], u.name) {
			digits, unit = strings.TrimSpace(v[:n]), u.octets
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no size; write a number with its unit: 50MiB, 100kB", quote(v))
	case n > uint64(math.MaxInt/unit):
		return fmt.Errorf("%s is too large", quote(v))
	case int(n)*unit < s.least:
		return fmt.Errorf("%s is too small; write %d or more", quote(v), s.least)
	}
	*s.p = int(n) * unit
	return nil
}

func (s *size) String() string {
	n := *s.p
	for _, u := range []int{2, 1, 0} {
		if unit := units[u]; n != 0 && n%unit.octets == 0 {
			return strconv.Itoa(n/unit.octets) + unit.name
		}
	}
	return strconv.Itoa(n)
}
