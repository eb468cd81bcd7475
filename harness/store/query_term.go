package store

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// value is what stands behind the colon of a term.
type value struct {
	prefix string
	raw    []rune // as it was written
	text   string // without its quotes
	at     int    // where it begins
	now    time.Time
}

// prefixed reads the value of each prefix.
var prefixed = map[string]func(value) (Expr, error){
	"from":          columnsTerm(ColumnFrom),
	"to":            columnsTerm(ColumnTo),
	"cc":            columnsTerm(ColumnCc),
	"bcc":           columnsTerm(ColumnBcc),
	"reply-to":      columnsTerm(ColumnReplyTo),
	"addressed":     columnsTerm(ColumnFrom, ColumnTo, ColumnCc, ColumnBcc, ColumnReplyTo),
	"subject":       columnsTerm(ColumnSubject),
	"message-id":    columnsTerm(ColumnMessageID),
	"text":          columnsTerm(ColumnText),
	"file":          columnsTerm(ColumnFiles),
	"envelope-from": columnsTerm(ColumnEnvelopeFrom),
	"envelope-to":   columnsTerm(ColumnEnvelopeTo),
	"rcpt":          columnsTerm(ColumnEnvelopeTo, ColumnRefused),
	"helo":          columnsTerm(ColumnHello),
	"header":        headerTerm,
	"tag":           tagTerm,
	"run":           func(v value) (Expr, error) { return InRun(v.text), nil },
	"lint":          lintTerm,
	"is":            stateTerm(map[string]Is{"read": IsRead, "unread": IsUnread, "tagged": IsTagged, "pinned": IsPinned}),
	"has":           stateTerm(map[string]Is{"attachment": HasAttachment, "attachments": HasAttachment, "inline": HasInline, "inlines": HasInline}),
	"before":        beforeTerm,
	"after":         afterTerm,
	"larger":        largerTerm,
	"smaller":       smallerTerm,
	"session":       sessionTerm,
	"tls":           tlsTerm,
	"auth":          authTerm,
	"code":          codeTerm,
}

// prefixes are their names, sorted.
var prefixes = slices.Sorted(maps.Keys(prefixed))

// termOf reads a term: a prefix that there is with its value, or else words.
func (p *parser) termOf(t token) (Expr, error) {
	before, after, colon := cutOutside(t.text, ':')
	prefix := strings.ToLower(string(before))
	read := prefixed[prefix]
	if colon < 0 || read == nil {
		if near := nearMiss(prefix, after); near != "" {
			return nil, queryError(t.at, errNoSuchPrefix, prefix, near, quoted(string(t.text)))
		}
		return wordsTerm(t)
	}
	v := value{prefix, after, unquoted(after), t.at + colon + 1, p.now}
	switch {
	case len(after) == 0:
		return nil, queryError(v.at, errNoValue, prefix)
	case after[0] == '(':
		return nil, queryError(v.at, errGroupAsValue, prefix)
	}
	return read(v)
}

// nearMiss returns the prefix that somebody meant who wrote another word
// before a colon. Short ones and those that begin with another letter are
// words like any: "Re:", "http://".
func nearMiss(word string, after []rune) string {
	const least = 3
	if len(after) == 0 || len(word) < least || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '_' }) {
		return ""
	}
	near := hint.Nearest(strings.ReplaceAll(word, "_", "-"), slices.DeleteFunc(slices.Clone(prefixes), func(p string) bool { return len(p) <= least }))
	if near == "" || near[0] != word[0] || len(near)-len(word) > 2 {
		return ""
	}
	return near
}

func wordsTerm(t token) (Expr, error) {
	words := Words(unquoted(t.text))
	if len(words) == 0 {
		return nil, noWords(string(t.text), t.at)
	}
	return Phrase{Words: words}, nil
}

func noWords(text string, at int) error {
	return queryError(at, errNoWords, shown(text))
}

const mostShown = 60 // octets of a text, in an error

// shown returns a text as errors show it, as an argument of theirs.
func shown(text string) any {
	kept, left := record.Cut(text, mostShown)
	if left == 0 {
		return kept
	}
	return wordCut.with(kept, left)
}

// quoted returns a text as errors show it in quotes.
func quoted(text string) any {
	kept, left := record.Cut(text, mostShown)
	if left == 0 {
		return Quote(kept)
	}
	return quotedCut.with(escaped(kept), left)
}

func columnsTerm(columns ...Column) func(value) (Expr, error) {
	return func(v value) (Expr, error) {
		words := Words(v.text)
		if len(words) == 0 {
			return nil, noWords(string(v.raw), v.at)
		}
		return Phrase{slices.Clone(columns), words}, nil
	}
}

func headerTerm(v value) (Expr, error) {
	name, rest, at := cutOutside(v.raw, '=')
	x := HeaderPhrase{Name: unquoted(name)}
	if x.Name == "" {
		return nil, queryError(v.at, errNoField)
	}
	if at < 0 {
		return x, nil
	}
	if x.Words = Words(unquoted(rest)); len(x.Words) == 0 {
		return nil, queryError(v.at+at+1, errNoFieldWord, shown(string(name)))
	}
	return x, nil
}

func stateTerm(states map[string]Is) func(value) (Expr, error) {
	known := slices.Sorted(maps.Keys(states))
	return func(v value) (Expr, error) {
		word := strings.ToLower(v.text)
		if state, ok := states[word]; ok {
			return state, nil
		}
		return nil, v.unknown(known)
	}
}

// unknown says what may stand behind the prefix.
func (v value) unknown(known []string) error {
	all := strings.Join(known, ", ")
	if near := hint.Nearest(v.text, known); near != "" {
		return queryError(v.at, errUnknownNear, v.prefix, quoted(v.text), near, all)
	}
	return queryError(v.at, errUnknown, v.prefix, quoted(v.text), all)
}

func sessionTerm(v value) (Expr, error) {
	id, err := ParseID(v.text)
	if err != nil {
		return nil, queryError(v.at, errNoID)
	}
	return InSession(id), nil
}

func tagTerm(v value) (Expr, error) {
	tag := strings.TrimSpace(v.text)
	if tag == "" {
		return nil, queryError(v.at, errNoTag)
	}
	return Tagged(tag), nil
}

func lintTerm(v value) (Expr, error) {
	if v.text == "" {
		return nil, queryError(v.at, errNoRule)
	}
	return Breaks(v.text), nil
}

func tlsTerm(v value) (Expr, error) {
	word := strings.ToUpper(v.text)
	switch {
	case word == "YES":
		return OverTLS(""), nil
	case word == "NONE" || word == "NO":
		return OverTLS("none"), nil
	}
	version := strings.TrimLeft(strings.TrimPrefix(word, "TLS"), " V")
	if version != "" && strings.Trim(version, "0123456789.") == "" {
		return OverTLS("TLS " + version), nil
	}
	return nil, v.unknown([]string{"yes", "none", "1.2", "1.3"})
}

func authTerm(v value) (Expr, error) {
	switch strings.ToLower(v.text) {
	case "yes":
		return SignedIn(""), nil
	case "none", "no":
		return SignedIn("none"), nil
	case "":
		return nil, queryError(v.at, errNoUser)
	}
	return SignedIn(v.text), nil
}

func codeTerm(v value) (Expr, error) {
	code, err := strconv.Atoi(v.text)
	if err != nil || len(v.text) != 3 || code < 100 {
		return nil, queryError(v.at, errNoCode)
	}
	return Replied(code), nil
}
