package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// The words of SMTP that flags take.

func (s *serve) setMechanisms(v string) (err error) {
	s.mechanisms, err = knownWords(v, "mechanisms", "mechanism", wire.Mechanisms())
	return err
}

func (s *serve) setWithhold(v string) (err error) {
	s.withhold, err = knownWords(v, "withhold", "keyword of EHLO that is offered here", wire.Keywords())
	return err
}

// knownWords reads a list of words, in any case, of which each must be known.
func knownWords(v, flag, kind string, known []string) ([]string, error) {
	words := list(strings.ToUpper(v))
	if len(words) == 0 {
		return nil, &settings.Fault{Text: "there is no word in it", Try: "smtpspec serve --" + flag + " " + known[0]}
	}
	for _, w := range words {
		if slices.Contains(known, w) {
			continue
		}
		text := fmt.Sprintf("%q is no %s", w, kind)
		if near := nearestOf(w, known); near != "" {
			return nil, &settings.Fault{Text: text + "; did you mean " + near + "?", Try: "smtpspec serve --" + flag + " " + near}
		}
		return nil, &settings.Fault{Text: text + "; there are " + strings.Join(known, ", "), Try: "smtpspec serve --" + flag + " " + known[0]}
	}
	return words, nil
}

// nearestOf is hint.Nearest for words in capitals.
func nearestOf(word string, known []string) string {
	lower := make([]string, 0, len(known))
	for _, k := range known {
		lower = append(lower, strings.ToLower(k))
	}
	return strings.ToUpper(hint.Nearest(word, lower))
}

// addAdvertise takes any keyword: one that is not known is a line and nothing
// more, which is what tests of clients want.
func (s *serve) addAdvertise(v string) error {
	if !isKeyword(firstWord(v)) || strings.ContainsFunc(v, unicode.IsControl) {
		return fmt.Errorf("%q is no line of EHLO; write a keyword, then what belongs to it", v)
	}
	s.advertise = append(s.advertise, v)
	return nil
}

func firstWord(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return word
}

// isKeyword says that a word is an ehlo-keyword, RFC 5321 §4.1.1.1.
func isKeyword(w string) bool {
	odd := strings.ContainsFunc(w, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
	return w != "" && w[0] != '-' && !odd
}

// networksInto reads networks and addresses between commas.
func networksInto(all *[]string) func(string) error {
	return func(v string) error {
		words := list(v)
		if len(words) == 0 {
			return fmt.Errorf("%q has no network", v)
		}
		for _, w := range words {
			if !isNetwork(w) {
				return fmt.Errorf("%q is no network; write 127.0.0.0/8, ::1 or another address", w)
			}
		}
		*all = append(*all, words...)
		return nil
	}
}

func isNetwork(w string) bool {
	_, noPrefix := netip.ParsePrefix(w)
	_, noAddress := netip.ParseAddr(w)
	return noPrefix == nil || noAddress == nil
}
