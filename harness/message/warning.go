package message

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// The ID of a warning is stable: tools may filter by it. Each stands for one
// repair, or for one thing that could not be repaired and was kept as it is.
const (
	Empty          = "empty"           // a message of no octets
	NoHeader       = "no-header"       // everything was taken for the body
	HeaderUnended  = "header-unended"  // no empty line behind the header, RFC 5322 §2.1
	HeaderNoColon  = "header-no-colon" // a header line that is no field, RFC 5322 §2.2
	HeaderSpace    = "header-space"    // white space before the colon, RFC 5322 §4.5
	HeaderControl  = "header-control"  // a control octet in a field, RFC 5322 §2.2
	HeaderCharset  = "header-charset"  // octets in a field that are not UTF-8, RFC 6532 §3.2
	HeaderRepeated = "header-repeated" // a second field of a kind that comes once, RFC 5322 §3.6; the first counts
	HeaderLimit    = "header-limit"    // more than MaxFields

	WordBroken  = "word-broken"  // an encoded-word that does not decode, RFC 2047 §2
	WordCharset = "word-charset" // an encoded-word in an unknown charset
	WordSplit   = "word-split"   // a character that is divided between two words, RFC 2047 §5
	WordLimit   = "word-limit"   // more than MaxWords

	AddressBroken = "address-broken" // something in an address field that is no address, RFC 5322 §3.4
	AddressLimit  = "address-limit"  // more than MaxAddresses
	DateBroken    = "date-broken"    // a Date that no calendar has or no grammar knows, RFC 5322 §3.3

	MIMEVersion       = "mime-version"       // MIME fields without MIME-Version, RFC 2045 §4
	TypeBroken        = "type-broken"        // a Content-Type that is none, RFC 2045 §5.1
	ParameterBroken   = "parameter-broken"   // a parameter without value, name or closing quote; two semicolons
	ParameterRepeated = "parameter-repeated" // the first counts
	ParameterWord     = "parameter-word"     // an encoded-word in a parameter, RFC 2047 §5 forbids it
	ParameterCharset  = "parameter-charset"  // octets in a parameter that are not UTF-8, or an unknown charset
	ParameterLimit    = "parameter-limit"    // more than MaxParameters

	EncodingName      = "encoding-name"      // a misspelt Content-Transfer-Encoding that was understood
	EncodingUnknown   = "encoding-unknown"   // one that was not: the body stays encoded
	EncodingComposite = "encoding-composite" // one that a multipart or message may not have, RFC 2045 §6.4
	Base64Broken      = "base64-broken"      // octets outside the alphabet, left out
	Base64Truncated   = "base64-truncated"   // an end without padding, or within an octet
	QuotedBroken      = "quoted-broken"      // "=" without two hexadecimal digits, kept as it is

	CharsetUnknown = "charset-unknown" // a name that nobody knows
	CharsetAssumed = "charset-assumed" // octets above 127 without a charset that has them
	CharsetBroken  = "charset-broken"  // octets that the charset does not have, now U+FFFD

	BoundaryMissing   = "boundary-missing"   // a multipart without boundary; the first line like one was taken
	BoundaryLimit     = "boundary-limit"     // longer than MaxBoundary
	BoundaryRepeated  = "boundary-repeated"  // the same as of a part around it; the inner one counts
	MultipartEmpty    = "multipart-empty"    // no part in a multipart: its body is kept whole
	MultipartUnclosed = "multipart-unclosed" // no closing delimiter, RFC 2046 §5.1.1
	DepthLimit        = "depth-limit"        // deeper than MaxDepth: kept whole
	PartsLimit        = "parts-limit"        // more than MaxParts: the rest is not taken apart

	BareCR   = "bare-cr"   // CR without LF, RFC 5322 §2.3
	BareLF   = "bare-lf"   // LF without CR, RFC 5322 §2.3
	NUL      = "nul"       // an octet of value zero, RFC 5322 §4
	LongLine = "long-line" // over 998 octets, RFC 5322 §2.1.1

	MoreWarnings = "more-warnings" // one of these IDs in more than MaxWarnings parts
)

// Warning is one repair. Peer text in it is escaped and clipped.
type Warning struct {
	ID    string `json:"id"`
	Part  string `json:"part,omitempty"` // the Path of the part; "" for the message itself
	Text  string `json:"text"`
	Count int    `json:"count"` // how often it was needed, at least 1; Text tells of the first time
}

// String returns the warning on one line: "part 1.2: text (3 times) [id]".
func (w Warning) String() string {
	s := w.Text
	if w.Part != "" {
		s = "part " + w.Part + ": " + s
	}
	if w.Count > 1 {
		s += " (" + strconv.Itoa(w.Count) + " times)"
	}
	return s + " [" + w.ID + "]"
}

// notes collects warnings, one for each ID and part.
type notes struct {
	list  []Warning
	at    map[noteKey]int // index into list
	parts map[string]int  // how many parts have an ID
}

type noteKey struct{ id, part string }

// here is where a warning belongs: a part, or the message itself.
type here struct {
	notes *notes
	part  string
}

func (h here) warn(id, format string, args ...any) {
	if h.notes != nil {
		h.notes.add(id, h.part, format, args...)
	}
}

func (n *notes) add(id, part, format string, args ...any) {
	key := noteKey{id, part}
	if i, ok := n.at[key]; ok {
		n.list[i].Count++
		return
	}
	if n.at == nil {
		n.at, n.parts = map[noteKey]int{}, map[string]int{}
	}
	if n.parts[id]++; n.parts[id] > MaxWarnings {
		n.add(MoreWarnings, "", "more than %d parts have the same warning", MaxWarnings)
		return
	}
	n.at[key] = len(n.list)
	n.list = append(n.list, Warning{id, part, fmt.Sprintf(format, args...), 1})
}

// excerpt is the beginning of peer text. It is made fit for a terminal only
// when somebody prints it: most warnings are counted and not kept.
type excerpt struct {
	head string
	rest int // octets that were left out
}

// shown quotes peer text in a warning or an error.
func shown[T string | []byte](s T) excerpt {
	const enough = 80
	cut := min(len(s), enough)
	for cut < len(s) && cut > enough-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return excerpt{string(s[:cut]), len(s) - cut}
}

// String returns the excerpt in quotes, escaped.
func (e excerpt) String() string {
	s := `"` + record.Escape(e.head)
	if e.rest > 0 {
		s += "… (" + count(e.rest, "octet") + " more)"
	}
	return s + `"`
}
