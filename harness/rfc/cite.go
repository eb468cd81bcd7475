// Package rfc names the texts that mail stands on: a place in an RFC, how
// strongly it binds, and the sentences there that bind a client.
//
// It is data and knows nothing of sessions or scenarios.
package rfc

import (
	"fmt"
	"strconv"
	"strings"
)

// Cite is a place in an RFC. The zero Cite is none.
type Cite struct {
	RFC     int    // 5321
	Section string // "4.1.1.10", "C" for an appendix; "" is the whole text
}

// String returns the place as people write it: "RFC 5321 §4.1.1.10",
// "RFC 5321 Appendix C", "RFC 8996".
func (c Cite) String() string {
	switch {
	case c.RFC == 0:
		return ""
	case c.Section == "":
		return fmt.Sprintf("RFC %d", c.RFC)
	case c.appendix():
		return fmt.Sprintf("RFC %d Appendix %s", c.RFC, c.Section)
	}
	return fmt.Sprintf("RFC %d §%s", c.RFC, c.Section)
}

// URL returns where the place can be read, and "" for the zero Cite.
func (c Cite) URL() string {
	if c.RFC == 0 {
		return ""
	}
	url := fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%d", c.RFC)
	switch {
	case c.Section == "":
		return url
	case c.appendix():
		return url + "#appendix-" + c.Section
	}
	return url + "#section-" + c.Section
}

func (c Cite) appendix() bool { return c.Section[0] >= 'A' && c.Section[0] <= 'Z' }

// Cites reads a list of places as the catalogue writes it: "5321 §4.2 §4.3.1;
// 3207 §4". Several sections may follow one number; a number without a section
// is the whole text. It panics on anything else, for lists stand in source code.
func Cites(list string) []Cite {
	var cites []Cite
	for part := range strings.SplitSeq(list, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		number, err := strconv.Atoi(words[0])
		if err != nil || number < 1 {
			panic(fmt.Sprintf("rfc: %q in %q is not the number of an RFC", words[0], list))
		}
		if len(words) == 1 {
			cites = append(cites, Cite{RFC: number})
		}
		for _, section := range words[1:] {
			place, found := strings.CutPrefix(section, "§")
			if !found || place == "" {
				panic(fmt.Sprintf("rfc: %q in %q is not a section; write §4.2 or §C", section, list))
			}
			cites = append(cites, Cite{RFC: number, Section: place})
		}
	}
	return cites
}
