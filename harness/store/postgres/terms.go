package postgres

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Bounds of what a tsvector is given, below its own: positions up to 16,383,
// 255 of them a word, words of 2,046 octets, 1 MB in all.
const (
	maxPosition  = 16_000
	maxPlaces    = 250
	maxWord      = 1000
	maxVector    = 900 << 10
	lostPosition = 16_383 // of words whose position is above maxPosition: next to none
)

// Marks of messages whose tsvector does not say everything. No word begins so:
// words stand behind the letter of their column.
const (
	markPlaces = "'!p'" // positions are missing: all words are there, phrases may not be
	markWords  = "'!w'" // words are missing
)

// letter is what the words of a column begin with.
func letter(c store.Column) byte { return 'a' + byte(c) }

// vector is a tsvector in the making.
type vector struct {
	text       strings.Builder
	size       int
	lostPlaces bool
	lostWords  bool
}

// vectorOf returns the words of a message as the text of a tsvector, and
// whether it says less than they do.
func vectorOf(e *store.Entry) (text string, inexact bool) {
	var v vector
	for _, c := range store.Columns() {
		v.add(letter(c), e.Words(c))
	}
	if v.lostPlaces {
		v.text.WriteString(markPlaces + " ")
	}
	if v.lostWords {
		v.text.WriteString(markWords + " ")
	}
	return v.text.String(), v.lostPlaces || v.lostWords
}

func (v *vector) add(column byte, words []string) {
	places := map[string][]int{}
	for i, word := range words {
		if len(word) > maxWord {
			v.lostWords = true
			continue
		}
		place := i + 1
		if place > maxPosition {
			v.lostPlaces, place = true, lostPosition
		}
		if known := places[word]; len(known) == 0 || len(known) < maxPlaces && place != lostPosition {
			places[word] = append(known, place)
		} else {
			v.lostPlaces = true
		}
	}
	for word, at := range places {
		v.write(column, word, at)
	}
}

// write adds a word with its positions. A word has no quote in it: it is of
// letters, marks and digits.
func (v *vector) write(column byte, word string, at []int) {
	if v.size += len(word) + 8 + 2*len(at); v.size > maxVector {
		v.lostWords = true
		return
	}
	v.text.WriteByte('\'')
	v.text.WriteByte(column)
	v.text.WriteString(word)
	v.text.WriteByte('\'')
	for i, place := range at {
		v.text.WriteByte(":,"[min(i, 1)])
		v.text.WriteString(strconv.Itoa(place))
	}
	v.text.WriteByte(' ')
}

// maxPhrase is how many words of a phrase the index is asked for.
const maxPhrase = 32

// phraseQuery returns the tsquery of a phrase in some columns: the messages that
// have it for certain, and those that may have it, which are the former and
// more. certain is "" if there are none that are sure.
func phraseQuery(columns []store.Column, words []string) (certain, possible string) {
	for _, word := range words {
		if len(word) > maxWord {
			return "", markWords
		}
	}
	if len(words) > maxPhrase {
		return "", inColumns(columns, words[:maxPhrase], " & ", "") + " | " + markWords
	}
	certain = inColumns(columns, words, " <-> ", ":*")
	possible = certain + " | " + markWords
	if len(words) > 1 {
		possible += " | " + markPlaces + " & (" + inColumns(columns, words, " & ", ":*") + ")"
	}
	return certain, possible
}

// inColumns joins the words for each of the columns; end stands behind the last
// word.
func inColumns(columns []store.Column, words []string, by, end string) string {
	if len(columns) == 0 {
		columns = store.Columns()
	}
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteByte('(')
		for j, word := range words {
			if j > 0 {
				b.WriteString(by)
			}
			b.WriteByte('\'')
			b.WriteByte(letter(c))
			b.WriteString(word + "'")
		}
		b.WriteString(end + ")")
	}
	return b.String()
}
