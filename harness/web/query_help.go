package web

import (
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/store"
)

// helpGroup is a table of the help for searching.
type helpGroup struct {
	Name     string // of its text: "query.group.NAME"
	Examples []helpExample
}

// helpExample is a query, and the name of what it finds: "query.NAME".
type helpExample struct{ Query, Name string }

// queryHelp is the query language by examples, in the order of docs/search.md.
var queryHelp = []helpGroup{
	{"words", []helpExample{
		{"invoice", "word"}, {"invoice march", "both"}, {`"march invoice"`, "phrase"}, {"-newsletter", "without"},
		{"invoice OR receipt", "or"}, {"from:shop (invoice OR receipt)", "group"},
	}},
	{"message", []helpExample{
		{"from:бат", "from"}, {"to:a@example.mn", "to"}, {"addressed:sales", "addressed"}, {`subject:"your code"`, "subject"},
		{"text:welcome", "text"}, {"has:attachment", "attachment"}, {"file:report.pdf", "file"}, {"header:X-Run=job", "header"},
		{"message-id:1234", "message-id"}, {"lint:lint-date", "lint"},
	}},
	{"envelope", []helpExample{
		{"envelope-from:bounce@example.mn", "envelope-from"}, {"envelope-to:b@example.mn", "envelope-to"}, {"rcpt:nobody@example.mn", "rcpt"},
		{"code:550", "code"}, {"helo:client.example.mn", "helo"}, {"tls:none", "tls"}, {"auth:bat", "auth"}, {"run:job-17", "run"},
	}},
	{"state", []helpExample{
		{"is:unread", "unread"}, {"is:pinned", "pinned"}, {"tag:welcome", "tag"}, {"after:5m", "recent"}, {"after:2024-01-31", "after"},
		{"before:2024-01-31", "before"}, {"larger:2kb", "larger"}, {"smaller:1.5M", "smaller"},
	}},
}

// tagged is the URL of the messages with a tag.
func tagged(tag, run string) string {
	return withParams("/search", "q", tagQuery(tag), "run", run)
}

func tagQuery(tag string) string {
	odd := strings.ContainsFunc(tag, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' })
	if odd {
		tag = store.Quote(tag)
	}
	return "tag:" + tag
}
