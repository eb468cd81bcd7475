package mutant

import (
	"errors"
	"regexp"
	"strings"
)

var anyCode = regexp.MustCompile(`\b[245]\d\d\b|\b[245]\.\d{1,3}\.\d{1,3}\b`)

var reportMutants = []Mutant{
	{Name: "always-success", Breaks: []string{"greet-554", "ehlo-both-rejected", "ehlo-421-no-helo", "ehlo-421-open", "ehlo-451", "ehlo-drop", "rcpt-421", "greet-garbage-http", "greet-421", "report-exit-zero", "report-stage"}, Text: "It reports success, whatever happens.", Report: func(*Dialogue, error) error { return nil }},
	{Name: "always-failure", Breaks: []string{"greet-baseline", "reuse-two", "sec-ehlo-prototype"}, Text: "It reports failure, whatever happens.",
		Report: func(_ *Dialogue, err error) error {
			if err == nil {
				return &Claim{Text: "it did not work"}
			}
			return err
		}},
	{Name: "swaps-temporary-and-permanent", Breaks: []string{"report-temp-perm"}, Text: "It reports what may pass as permanent, and what is permanent as temporary.",
		Report: claim(func(_ *Dialogue, c *Claim) { c.Transient, c.Code = !c.Transient, 0 })},
	{Name: "all-permanent", Breaks: []string{"greet-close", "greet-rst", "greet-partial-close", "greet-refused", "ehlo-drop"}, Text: "It reports every failure as permanent.",
		Report: claim(func(_ *Dialogue, c *Claim) { c.Transient = false })},
	{Name: "all-temporary", Breaks: []string{"greet-521"}, Text: "It reports every failure as temporary.",
		Report: claim(func(_ *Dialogue, c *Claim) { c.Transient = true })},
	{Name: "loses-class", Text: "It reports failures without a class.",
		Report: func(_ *Dialogue, err error) error {
			if err == nil {
				return nil
			}
			return errors.New(err.Error())
		}},
	{Name: "loses-code", Breaks: []string{"report-code"}, Text: "It reports refusals without their code.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			c.Code, c.Enhanced, c.Recipients = 0, "", nil
			c.Text = anyCode.ReplaceAllString(c.Text, "")
		})},
	{Name: "loses-enhanced-code", Breaks: []string{"reply-enhanced-code"}, Text: "It reports refusals without their enhanced code.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			c.Enhanced, c.Recipients = "", nil
			c.Text = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`).ReplaceAllString(c.Text, "")
		})},
	{Name: "loses-text", Breaks: []string{"report-cert"}, Text: "It reports refusals without their text.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			c.Recipients, c.Text = nil, "refused "+strings.Join(anyCode.FindAllString(c.Text, -1), " ")
		})},
	{Name: "first-line-only", Breaks: []string{"reply-enhanced-multiline", "report-text"}, Text: "It reports the first line of a reply.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			c.Recipients = nil
			c.Text, _, _ = strings.Cut(c.Text, " / ")
		})},
	{Name: "loses-recipients", Breaks: []string{"report-recipient"}, Text: "It does not say which recipients were refused.",
		Report: claim(func(d *Dialogue, c *Claim) {
			for to := range c.Recipients {
				c.Text = strings.ReplaceAll(c.Text, to, "somebody")
			}
			c.Recipients = nil
		})},
	{Name: "partial-is-success", Breaks: []string{"rcpt-one-550-first", "rcpt-one-550-middle", "rcpt-one-550-last", "rcpt-one-450-last"}, Text: "It reports success when one recipient was accepted.",
		Report: func(d *Dialogue, err error) error {
			if err != nil && len(Told(err).Recipients) < len(d.Job().Recipients(0)) && CodeOf(err) != 0 {
				return nil
			}
			return err
		}},
	{Name: "raw-text-in-error", Breaks: []string{"reply-ansi-escape", "reply-crlf-log"}, Text: "It puts the octets of a reply into its error as they are.",
		Report: claim(func(d *Dialogue, c *Claim) { c.Text += "\n" + strings.Join(d.Lines(), "") })},
	{Name: "formats-reply", Breaks: []string{"sec-format-string"}, Text: "It takes the text of a reply for a format.",
		Report: claim(func(_ *Dialogue, c *Claim) { c.Text = strings.ReplaceAll(c.Text, "%s", "(null)") })},
}
