package snippet

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/dialogue"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Rule returns the JSON form of a rule that refuses as it was refused; "" if
// nothing was, or if no rule could.
func Rule(s Seen) string {
	rule, ok := s.rule()
	if !ok {
		return ""
	}
	text, err := rule.MarshalJSON()
	if err != nil {
		return ""
	}
	return legible(string(text))
}

// legible is JSON without a character that moves or hides the text around it:
// each of those stands as its escape, RFC 8259 §7.
func legible(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case unicode.IsPrint(c):
			b.WriteRune(c)
		case c > 0xFFFF:
			high, low := utf16.EncodeRune(c)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// rule makes the rule of what was refused. One that would not be valid, since
// the reply was not, refuses with the code alone.
func (s Seen) rule() (wire.Rule, bool) {
	refused := s.refusal()
	if refused == nil || refused.Stage == record.ANY || refused.Stage == "" {
		return wire.Rule{}, false
	}
	on := s.place(refused)
	rule := answer(on, refused.Reply)
	if s.Message == nil && refused.Next.Verb == "" && refused.Reply.Code == 421 {
		rule = rule.ThenDrop()
	}
	if rule.Validate() != nil && refused.Reply.Code >= 400 {
		rule = on.Reply(refused.Reply.Code)
	}
	return rule, rule.Validate() == nil
}

// place is where the rule acts.
func (s Seen) place(refused *dialogue.Refusal) wire.Rule {
	rule := wire.On(refused.Stage)
	address := refused.Object
	if refused.Command > 0 {
		address = dialogue.Path(s.Session.Commands[refused.Command-1].Arg)
	}
	switch refused.Stage {
	case record.RCPT:
		return rule.To(literal(address))
	case record.MAIL:
		return rule.From(literal(address))
	}
	return rule
}

func answer(rule wire.Rule, r record.Reply) wire.Rule {
	switch {
	case r.Code == 0:
		return rule.Drop()
	case r.Raw != "":
		return rule.ReplyRaw([]byte(r.Raw))
	}
	return rule.Reply(r.Code, slices.Clone(r.Lines)...)
}

// literal is the pattern that matches a text and nothing else.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(text)
}
