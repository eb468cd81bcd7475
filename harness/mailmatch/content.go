package mailmatch

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
)

// HaveSubject looks at the decoded subject.
func HaveSubject(want any) types.GomegaMatcher {
	return messageMatcher{textClaim{"subject", (*harness.Message).Subject, expect(want)}}
}

// HaveText looks at the text/plain content in UTF-8, its lines ended by LF and
// without the line end that SMTP puts behind every message.
func HaveText(want any) types.GomegaMatcher {
	return messageMatcher{textClaim{"text", (*harness.Message).Text, expect(want)}}
}

// HaveHTML looks at the text/html content in the form of HaveText.
func HaveHTML(want any) types.GomegaMatcher {
	return messageMatcher{textClaim{"HTML", (*harness.Message).HTML, expect(want)}}
}

// HaveVisibleText looks at the HTML as a reader sees it: without tags, scripts
// and hidden elements.
func HaveVisibleText(want any) types.GomegaMatcher {
	return messageMatcher{textClaim{"visible text", (*harness.Message).VisibleText, expect(want)}}
}

// textClaim is about one text of a message.
type textClaim struct {
	name     string
	of       func(*harness.Message) string
	expected expected
}

func (c textClaim) want() string { return "have " + c.name + " " + c.expected.String() }

func (c textClaim) judge(m *harness.Message) (verdict, error) {
	found := c.of(m)
	ok, err := c.expected.accepts(found)
	return c.expected.text(ok, found), err
}

// HaveHeader looks at the decoded values of the fields of that name: one of
// them has to be what is wanted.
//
//	HaveHeader("List-Unsubscribe", ContainSubstring("https://"))
func HaveHeader(name string, want any) types.GomegaMatcher {
	return messageMatcher{headerClaim{name, expect(want)}}
}

type headerClaim struct {
	name     string
	expected expected
}

func (c headerClaim) want() string { return "have header " + shown(c.name) + " " + c.expected.String() }

func (c headerClaim) judge(m *harness.Message) (verdict, error) {
	values := m.Header().Values(c.name)
	if len(values) == 0 {
		return has(false, c.missing(m)), c.expected.mistake("")
	}
	for _, value := range values {
		if ok, err := c.expected.accepts(value); ok || err != nil {
			return verdict{ok: ok}, err
		}
	}
	return has(false, listed(values, func(v string) string { return shown(c.name) + ": " + quoted(v) })), nil
}

func (c headerClaim) missing(m *harness.Message) string {
	names := m.Header().Names()
	if len(names) == 0 {
		return "no header at all"
	}
	list := listed(names, shown)
	return "no " + shown(c.name) + "; it has " + strings.ReplaceAll(list, "\n", ", ")
}

// HaveLink looks at where the message leads: the anchors of its HTML and the
// bare URLs of its texts. A string is the URL of one of them, a matcher looks
// at the URL, a harness.Link has the text too.
//
//	HaveLink(HavePrefix("https://example.mn/confirm?"))
//	HaveLink(harness.Link{URL: "https://example.mn/", Text: "Нүүр хуудас"})
func HaveLink(want any) types.GomegaMatcher {
	return messageMatcher{linkClaim{expect(want)}}
}

type linkClaim struct{ expected expected }

func (c linkClaim) want() string { return "have link " + c.expected.String() }

func (c linkClaim) judge(m *harness.Message) (verdict, error) {
	links := m.Links()
	if len(links) == 0 {
		return has(false, "no links"), nil
	}
	for _, l := range links {
		if ok, err := c.fits(l); ok || err != nil {
			return verdict{ok: ok}, err
		}
	}
	return has(false, listed(links, harness.Link.String)), nil
}

func (c linkClaim) fits(l harness.Link) (bool, error) {
	if _, whole := c.expected.value.(harness.Link); whole {
		return c.expected.accepts(l)
	}
	return c.expected.accepts(l.URL)
}

// BeWellFormed asks for a message that every strict parser reads the same way:
// one without Warnings.
func BeWellFormed() types.GomegaMatcher { return messageMatcher{wellFormed{}} }

type wellFormed struct{}

func (wellFormed) want() string { return "be well-formed" }

func (wellFormed) judge(m *harness.Message) (verdict, error) {
	warnings := m.Warnings()
	return verdict{
		ok:     len(warnings) == 0,
		clause: fmt.Sprintf("it needed %s", counted(len(warnings), "repair")),
		text:   listed(warnings, message.Warning.String),
	}, nil
}
