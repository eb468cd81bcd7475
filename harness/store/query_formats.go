package store

import "slices"

// What is said of a query that cannot be read. A format is a whole sentence,
// so that each can be said in another language.
var (
	errQueryTooLong = worded("a query has %d octets at most")
	errTooManyTerms = worded("a query has %d terms at most")
	errTooDeep      = worded("a query has %d parentheses and negations within each other at most")
	errTooMuch      = worded("more than %d conditions, or %d inside each other: ask for less at once")

	errQuoteNotClosed = worded(`this quote is not closed: write "a phrase", and \" for a quote within one`)
	errGroupNotClosed = worded(`this ( is not closed: write ) behind the last word, or "(" for the sign itself`)
	errGroupNotOpen   = worded(`no ( stands before this ): leave it out, or write it in quotes, ")"`)
	errNothingAtEnd   = worded("a word is missing at the end")
	errNothingInGroup = worded(`a word is missing before this ): for the sign itself write ")"`)
	errNothingBefore  = worded(`a word is missing before this %s: for the word itself write "%[1]s"`)
	errNoWords        = worded("%s has no letter or digit, and a search finds only words made of them: write some, or leave it out")

	errNoSuchPrefix = worded("there is no %s: did you mean %s:? For the words themselves write %s")
	errNoValue      = worded("%s: needs a value right behind the colon, without a blank")
	errGroupAsValue = worded("%s: takes a word or a phrase in quotes: write (%[1]s:a OR %[1]s:b)")
	errUnknown      = worded("%s: does not know %s: It knows %s")
	errUnknownNear  = worded("%s: does not know %s: did you mean %[1]s:%[3]s? It knows %[4]s")
	errNoField      = worded("header: needs the name of a field: write header:X-Name or header:X-Name=value")
	errNoFieldWord  = worded("header:%s= needs a word: write one, or header:%[1]s for any value")
	errNoTag        = worded("tag: needs a tag: write is:tagged for any")
	errNoRule       = worded("lint: needs the ID of a rule, as in lint:lint-date")
	errNoUser       = worded("auth: needs a user, a mechanism, yes or none")
	errNoCode       = worded("code: needs the three digits of a reply, as in code:550")
	errNoID         = worded("not an ID: it has 26 characters, 0-9 and A-Z without I, L, O and U")
	errNoTime       = worded(`%s: needs a time: 2024-01-31, "2024-01-31 15:04", 2024-01-31T15:04:05Z, today, yesterday, or 5m, 2h, 3d for so long ago`)
	errNoSize       = worded("%s: needs a size: 1000, 2kb or 1.5M, where k is 1024 octets")

	// What a query says, where it is too long to be shown whole.
	wordCut   = worded("%s… (%d octets more)")
	quotedCut = worded(`"%s… (%d octets more)"`)
)

// format is what errors of queries are made of. Only worded makes one, so
// QueryFormats has them all.
type format struct{ text string }

func (f format) with(args ...any) Wording { return Wording{f.text, args} }

var formats []string

func worded(text string) format {
	formats = append(formats, text)
	return format{text}
}

// QueryFormats returns every Format of a Wording.
func QueryFormats() []string { return slices.Clone(formats) }

// TooMuch is the error of a query that can be read, and that a store does not
// answer: it has more conditions, or more of them inside each other.
func TooMuch(conditions, depth int) *QueryError { return queryError(0, errTooMuch, conditions, depth) }
