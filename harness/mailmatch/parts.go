package mailmatch

import (
	"errors"
	"path"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// HaveAttachment looks for an attachment by its decoded file name or a pattern
// of path.Match, and gives it to the conditions as a *harness.Part.
//
//	HaveAttachment("*.pdf", HaveField("Body", HavePrefix("%PDF-")))
func HaveAttachment(glob string, conditions ...types.GomegaMatcher) types.GomegaMatcher {
	return messageMatcher{partClaim{
		name: "attachment " + quoted(glob), conditions: conditions, none: "no attachments", sep: ", ", show: (*harness.Part).String,
		of:   func(m *harness.Message) []*harness.Part { return append(m.Attachments(), m.Embedded()...) },
		fits: func(p *harness.Part) bool { return matches(glob, p.Filename) },
	}}
}

// HavePart looks for a part of the MIME tree by its content type or a pattern
// of path.Match, and gives it to the conditions as a *harness.Part.
//
//	HavePart("text/calendar", HaveField("Params", HaveKeyWithValue("method", "REQUEST")))
func HavePart(contentType string, conditions ...types.GomegaMatcher) types.GomegaMatcher {
	contentType = strings.ToLower(contentType)
	return messageMatcher{partClaim{
		name: "part " + shown(contentType), conditions: conditions, sep: "\n", show: shownPart,
		of: func(m *harness.Message) []*harness.Part {
			var all []*harness.Part
			for p := range m.Parts() {
				all = append(all, p)
			}
			return all
		},
		fits: func(p *harness.Part) bool { return matches(contentType, p.ContentType) },
	}}
}

func matches(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return name == glob || err == nil && ok
}

func shownPart(p *harness.Part) string {
	if p.Path == "" {
		return shown(p.ContentType)
	}
	return p.Path + ": " + shown(p.ContentType)
}

// partClaim is about one part of a message.
type partClaim struct {
	name       string
	conditions []types.GomegaMatcher
	of         func(*harness.Message) []*harness.Part
	fits       func(*harness.Part) bool
	none, sep  string
	show       func(*harness.Part) string
}

func (c partClaim) want() string {
	if len(c.conditions) == 0 {
		return "have " + c.name
	}
	var all []string
	for _, m := range c.conditions {
		all = append(all, foreign{m}.want())
	}
	return "have " + c.name + " that " + strings.Join(all, " and ")
}

func (c partClaim) judge(m *harness.Message) (verdict, error) {
	all := c.of(m)
	if len(all) == 0 {
		return has(false, c.none), nil
	}
	lacks := map[*harness.Part]string{}
	for _, p := range all {
		if !c.fits(p) {
			continue
		}
		lack, err := c.lack(p)
		if lack == "" || err != nil {
			return verdict{ok: err == nil}, err
		}
		lacks[p] = lack
	}
	list := listed(all, func(p *harness.Part) string { return c.show(p) + lacks[p] })
	return has(false, strings.ReplaceAll(list, "\n", c.sep)), nil
}

// lack says which condition a part does not meet, "" if it meets them all.
func (c partClaim) lack(p *harness.Part) (string, error) {
	for _, m := range c.conditions {
		if m == nil {
			return "", errors.New("a condition is nil")
		}
		ok, err := m.Match(p)
		if err != nil {
			return "", errors.New(harmless(err.Error()))
		}
		if !ok {
			return " which fails " + written(m), nil
		}
	}
	return "", nil
}
