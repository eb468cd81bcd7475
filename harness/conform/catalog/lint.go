package catalog

import (
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var lintGroup = &conform.Group{Name: "lint", Title: "Composed messages",
	Effect: "Readers see another message than was written, filters take it for spam, and relays mend or refuse it.",
	Fix:    "Compose with a library that knows RFC 5322 and MIME, and hand it parts, never text for a header.",
}

var (
	needsCompose = []conform.Need{conform.NeedCompose}
	needsAttach  = []conform.Need{conform.NeedCompose, conform.NeedAttach}
)

var lint = of(lintGroup,
	composing("lint-date", 1, "Date is there, once, and valid", rfc.MUST, "5322 §3.6 §3.6.1 §3.3",
		"passes: one Date that parses, with the right day of the week, within an hour of the run; warns: it is hours off; fails: none, two, or an invalid one.",
		composedPlain, conform.Each(keeps("lint-date"), dateIsNow)),
	composing("lint-from", 2, "From is there, once, and valid", rfc.MUST, "5322 §3.6 §3.6.2",
		"passes: one From with a valid mailbox; fails: none, two, or an invalid one.",
		composedPlain, keeps("lint-from")),
	composing("lint-sender", 2, "Sender stands beside several From mailboxes", rfc.MUST, "5322 §3.6.2",
		"passes: Sender is there; fails: it is not; n/a: the client takes one mailbox.",
		composedTwoAuthors, whereAuthors(2, keeps("lint-sender"))),
	composing("lint-message-id", 2, "Message-ID is there and its own", rfc.SHOULD, "5322 §3.6.4",
		"passes: a valid msg-id that no other message has; warns: otherwise.",
		composedPlain, conform.Each(keeps("lint-message-id"), ownMessageID), composedCyrillic),
	composing("lint-destination", 2, "To, Cc and Bcc are lists of addresses", rfc.SHOULD, "5322 §3.6.3",
		"passes: each of them is; warns: one is empty, or something else.",
		composedPlain, keeps("lint-destination")),
	composing("lint-unique-headers", 2, "Fields that may stand once do", rfc.MUST, "5322 §3.6",
		"passes: one each, although the caller gives Subject, Date and Message-ID too; fails: one is there twice.",
		composedOwnFields, keeps("lint-unique-headers")),
	scenario{ID: "lint-bcc-leak", Tier: 2, Title: "Bcc is not disclosed", Level: rfc.MUST, RFC: "5322 §3.6.3; 5321 §7.2",
		Expect: "passes: the blind copy goes out, and the message does not name its recipient; fails: it does.",
		Effect: "Everybody sees who got a blind copy.",
		Needs:  []conform.Need{conform.NeedCompose, conform.NeedBcc},
		Script: composedBcc, Judge: conform.Each(keeps("lint-bcc-leak"), namesNot("bcc@example.net"))},
	scenario{ID: "lint-bcc-raw", Tier: 1, Title: "Bcc of a raw message", Level: rfc.INFO, RFC: "5322 §3.6.3",
		Expect: "tells whether the field is removed or sent.",
		Needs:  []conform.Need{conform.NeedRaw},
		Script: rawBcc, Judge: tellsBcc},
	composing("lint-crlf", 2, "Lines end with CRLF", rfc.MUST, "5322 §2.1 §2.3; 5321 §2.3.8",
		"passes: every CR and LF is part of a CRLF; fails: one stands alone.",
		composedLineEnds, orRefuses(keeps("lint-crlf"))),
	composing("lint-line-998", 1, "Lines have at most 998 octets", rfc.MUST, "5322 §2.1.1",
		"passes: a line of 2500 octets is encoded, or refused; fails: it is sent.",
		composedLong, orRefuses(keeps("lint-line-998"))),
	composing("lint-line-78", 2, "Lines have at most 78 characters", rfc.SHOULD, "5322 §2.1.1",
		"passes: no line is longer; warns: one is.",
		composedCyrillic, keeps("lint-line-78")),
	composing("lint-header-8bit", 2, "No raw 8-bit octets in the header", rfc.MUST, "5322 §2.2; 2047 §1; 6532 §1.1",
		"passes: Subject and name are encoded-words; fails: octets beyond ASCII without SMTPUTF8.",
		composedCyrillic, keeps("lint-header-8bit")),
	composing("lint-encoded-word-length", 1, "Encoded-words have at most 75 characters", rfc.MUST, "2047 §2",
		"passes: none has more, and no line with one more than 76; fails: otherwise.",
		composedCyrillic, keeps("lint-encoded-word-length")),
	composing("lint-encoded-word-split", 2, "Encoded-words end between characters", rfc.MUST, "2047 §5",
		"passes: each can be decoded alone; fails: one ends inside a character.",
		composedCyrillic, keeps("lint-encoded-word-split")),
	composing("lint-encoded-word-place", 2, "No encoded-word inside quotes or an address", rfc.MUST, "2047 §5",
		"passes: none there; fails: one.",
		composedQuotedName, orRefuses(keeps("lint-encoded-word-place"))),
	composing("lint-phrase-quoting", 2, "Specials in names are quoted", rfc.MUST, "5322 §3.2.5 §3.4",
		"passes: From is one mailbox; fails: it is taken apart.",
		composedSpecials, orRefuses(conform.Each(keeps("lint-phrase-quoting"), oneAuthor))),
)

// composing makes a scenario of a message that the client composes.
func composing(id string, tier int, title string, level rfc.Level, cites, expect string, script *conform.Script, of judge, more ...*conform.Script) scenario {
	return scenario{ID: id, Tier: tier, Title: title, Level: level, RFC: cites, Expect: expect, Needs: needsCompose, Script: script, Scripts: more, Judge: of}
}
