package message

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Link is one place that a message leads to.
type Link struct {
	URL  string `json:"url"`
	Text string `json:"text"` // what a reader sees of it; "" for a bare URL
}

// String returns `https://example.mn/a "text"`, escaped.
func (l Link) String() string {
	if l.Text == "" {
		return record.Escape(l.URL)
	}
	return record.Escape(l.URL) + " " + shown(l.Text).String()
}

// Link returns the URL of the one link that has substr in its URL or text. If
// none has, or several different ones have, the error lists all of them.
func (p *Parsed) Link(substr string) (string, error) {
	var fits []Link
	urls := map[string]bool{}
	for _, l := range p.readView().links {
		if strings.Contains(l.URL, substr) || strings.Contains(l.Text, substr) {
			fits = append(fits, l)
			urls[l.URL] = true
		}
	}
	switch len(urls) {
	case 1:
		return fits[0].URL, nil
	case 0:
		return "", fmt.Errorf("no link with %s; the message has %s", shown(substr), listed(p.readView().links, "link"))
	}
	return "", fmt.Errorf("%d different links with %s: %s", len(urls), shown(substr), listed(fits, "link"))
}

// listed writes a list, one thing a line.
func listed[T fmt.Stringer](list []T, what string) string {
	const enough = 20
	var b strings.Builder
	b.WriteString(count(len(list), what))
	for i, l := range list {
		if i == enough {
			fmt.Fprintf(&b, "\n    and %d more", len(list)-enough)
			break
		}
		b.WriteString("\n    " + l.String())
	}
	return b.String()
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// linkList collects links, a bare URL only if nothing led there before.
type linkList struct {
	list []Link
	seen map[string]bool
}

func (l *linkList) add(url, text string) {
	url = strings.Map(func(c rune) rune {
		if c == '\t' || c == '\n' || c == '\r' {
			return -1
		}
		return c
	}, strings.TrimSpace(url))
	if url == "" || len(l.list) >= MaxLinks {
		return
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[url] = true
	l.list = append(l.list, Link{url, text})
}

// bare adds the URLs that stand in a text.
func (l *linkList) bare(s string) {
	for len(l.list) < MaxLinks {
		i := strings.Index(s, "://")
		if i < 0 {
			return
		}
		scheme := schemeBefore(s[:i])
		rest := s[i+len("://"):]
		n := urlLength(rest)
		if scheme != "" && n > 0 {
			if url := scheme + "://" + rest[:n]; !l.seen[url] {
				l.add(url, "")
			}
		}
		s = rest[n:]
	}
}

// schemeBefore returns the scheme that s ends with, as it was written.
func schemeBefore(s string) string {
	for _, scheme := range []string{"https", "http"} {
		if at := len(s) - len(scheme); at >= 0 && strings.EqualFold(s[at:], scheme) {
			if before, _ := utf8.DecodeLastRuneInString(s[:at]); !unicode.IsLetter(before) && !unicode.IsDigit(before) {
				return s[at:]
			}
		}
	}
	return ""
}

// urlLength returns how much of s belongs to a URL behind its "://". Marks at
// the end belong to the sentence, and so does a bracket that the URL did not
// open.
func urlLength(s string) int {
	n := strings.IndexFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c) || strings.ContainsRune("<>\"`{}|\\^«»“”„。、，", c)
	})
	if n < 0 {
		n = len(s)
	}
	open := strings.Count(s[:n], "(") - strings.Count(s[:n], ")")
	square := strings.Count(s[:n], "[") - strings.Count(s[:n], "]")
	for ; n > 0; n-- {
		switch s[n-1] {
		case '.', ',', ';', ':', '!', '?', '\'', '*', '_', '~':
			continue
		case ')':
			if open < 0 {
				open++
				continue
			}
		case ']':
			if square < 0 {
				square++
				continue
			}
		}
		return n
	}
	return 0
}
