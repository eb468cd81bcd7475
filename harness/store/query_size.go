package store

import (
	"strconv"
	"strings"
)

// sizeUnits are powers of 1024, whatever they are called.
var sizeUnits = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10,
	"m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20,
	"g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30,
}

func largerTerm(v value) (Expr, error) {
	size, err := v.size()
	return Sized{Larger: size, Smaller: -1}, err
}

func smallerTerm(v value) (Expr, error) {
	size, err := v.size()
	return Sized{Larger: -1, Smaller: size}, err
}

// size reads a count of octets.
func (v value) size() (int, error) {
	const most = 1 << 50
	text := strings.ToLower(strings.ReplaceAll(v.text, " ", ""))
	digits := strings.TrimRight(text, "bgikm")
	unit, known := sizeUnits[text[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !known || strings.Trim(digits, "0123456789.") != "" || n*unit > most {
		return 0, queryError(v.at, errNoSize, v.prefix)
	}
	return int(n * unit), nil
}
