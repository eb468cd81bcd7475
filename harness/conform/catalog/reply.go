package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var replyGroup = &conform.Group{Name: "reply", Title: "How replies are read",
	Effect: "Servers that say the same in another form cannot be sent mail, or are misunderstood.",
	Fix:    "A reply is its lines \"ddd-\" and a last one \"ddd\" or \"ddd \", each ended by CRLF; its code decides, its text is for people.",
}

var reply = slices.Concat(replyForms, replyTexts, replyFaults, replyReports, replyExtra)

// replies gives each reply of a good session the form that form makes of its
// code. The greeting and EHLO's reply keep theirs, whose text has a meaning.
func replies(form func(code int) string) []harness.Rule {
	var rules []harness.Rule
	for _, r := range []struct {
		stage record.Stage
		code  int
	}{{harness.MAIL, 250}, {harness.RCPT, 250}, {harness.DATA, 354}, {harness.BODY, 250}, {harness.RSET, 250}, {harness.NOOP, 250}, {harness.QUIT, 221}} {
		rules = append(rules, harness.On(r.stage).ReplyRaw([]byte(form(r.code))))
	}
	return rules
}

// saying is a server that gives all replies from MAIL on in a form of its own.
func saying(text, form string) *conform.Script {
	return &conform.Script{Text: text, Rules: replies(func(code int) string { return strings.ReplaceAll(form, "NNN", fmt.Sprint(code)) })}
}

// mailSays answers MAIL with octets.
func mailSays(text, octets string) *conform.Script {
	return &conform.Script{Text: text + " to MAIL", Rules: []harness.Rule{harness.On(harness.MAIL).ReplyRaw([]byte(octets))}}
}

// rcptSays answers RCPT with octets.
func rcptSays(text, octets string) *conform.Script {
	return &conform.Script{Text: text + " to RCPT", Rules: []harness.Rule{harness.On(harness.RCPT).ReplyRaw([]byte(octets))}}
}

const anyForm = "passes: delivered; fails: anything else"

var replyForms = of(replyGroup,
	scenario{ID: "reply-bare-code", Tier: 1, Title: "Every reply is the bare code", Level: rfc.MUST, RFC: "5321 §4.2", Expect: anyForm,
		Script: saying("all replies from MAIL on are their code alone", "NNN\r\n"), Judge: at(conform.Delivered, "MAIL", "NOOP", "RSET")},
	scenario{ID: "reply-code-space-only", Tier: 1, Title: "Code and one space", Level: rfc.MUST, RFC: "5321 §4.2 §4.2.1", Expect: anyForm,
		Script: saying("all replies from MAIL on are their code and a blank", "NNN \r\n"), Judge: at(conform.Delivered, "MAIL", "NOOP", "RSET")},
	scenario{ID: "reply-multiline-bare-last", Tier: 1, Title: "Multiline reply whose last line is the bare code", Level: rfc.MUST, RFC: "5321 §4.2.1", Expect: anyForm,
		Script: mailSays(`"250-one" and "250"`, "250-one\r\n250\r\n"), Judge: at(conform.Delivered, "MAIL")},
	scenario{ID: "reply-multiline-all", Tier: 1, Title: "Any reply may be multiline", Level: rfc.MUST, RFC: "5321 §4.2", Expect: anyForm,
		Script: saying("all replies from MAIL on have lines before their last: with text, without, and with another code in the text",
			"NNN-one\r\nNNN-\r\nNNN-NNN 999 text\r\nNNN-550 5.1.1 not yet\r\nNNN done\r\n"), Judge: at(conform.Delivered, "MAIL", "NOOP", "RSET")},
	scenario{ID: "reply-multiline-slow", Tier: 1, Title: "Multiline reply split over time and packets", Level: rfc.MUST, RFC: "5321 §4.2.1", Expect: anyForm,
		Script: &conform.Script{Text: `to MAIL "250-part one\r", after 0.1 T "\n250-two.\r\n25", after 0.1 T "0 done\r\n"`,
			Options: func(e conform.Env) []harness.Option {
				return []harness.Option{harness.WithRules(harness.On(harness.MAIL).ReplyRaw([]byte("250-part one\r\n250-two.\r\n250 done\r\n")).Drip(13, e.Units(0.1)))}
			}}, Judge: at(conform.Delivered, "MAIL")},
	scenario{ID: "reply-bytewise", Tier: 1, Title: "One octet per packet", Level: rfc.MUST, RFC: "5321 §2.3.8", Expect: anyForm,
		Script: &conform.Script{Text: "all replies octet by octet", Options: func(e conform.Env) []harness.Option {
			return []harness.Option{harness.WithRules(harness.On(harness.ANY).Drip(1, e.Units(0.001)))}
		}}, Judge: conform.Delivered},
	scenario{ID: "reply-lf-only", Tier: 1, Title: "Replies that end in LF", Level: rfc.INFO, RFC: "5321 §2.3.8",
		Expect: "tells whether lines without CR are taken; fails: a hang",
		Script: &conform.Script{Text: "all replies end in LF alone", Rules: append(replies(func(code int) string { return fmt.Sprint(code, " ok\n") }),
			harness.On(harness.CONNECT).ReplyRaw([]byte("220 mx.test ESMTP\n")), harness.On(harness.EHLO).ReplyRaw([]byte("250-mx.test\n250 HELP\n")))},
		Judge: conform.Decides("it takes LF for the end of a line", "it wants CRLF")},
	scenario{ID: "reply-cr-only", Tier: 2, Title: "A reply that ends in CR", Level: rfc.INFO, RFC: "5321 §2.3.8",
		Expect: "passes: waits for the LF and gives up; tells if it takes CR, or the end of its time, for the end of the line; fails: a hang", Needs: []conform.Need{conform.NeedTimeout},
		Script: mailSays(`"250 ok\r" and nothing more`, "250 ok\r"), Judge: at(crAlone, "MAIL")},
	scenario{ID: "reply-long-line-510", Tier: 2, Title: "A reply line of 512 octets", Level: rfc.MUST, RFC: "5321 §4.5.3.1.5", Expect: anyForm,
		Script: mailSays("a line of 512 octets, CRLF included,", "250 "+strings.Repeat("x", 506)+"\r\n"), Judge: at(conform.Delivered, "MAIL")},
	scenario{ID: "reply-long-line-2000", Tier: 1, Title: "A reply line that is too long", Level: rfc.INTEROP, RFC: "5321 §4.5.3.1.5",
		Expect: "passes: delivered; warns: refused; fails: success that is none, a hang, a crash",
		Script: mailSays("a line of 2006 octets, CRLF included,", "250 "+strings.Repeat("x", 2000)+"\r\n"), Judge: at(conform.Delivered, "MAIL")},
)

// crAlone looks at what came behind a reply that never ended: at once, or when
// the client would have had to give up.
func crAlone(c *conform.Case) conform.Verdict {
	said, ok := c.First("RCPT")
	if !ok {
		return c.Reported("", 0)
	}
	if mail, _ := c.First("MAIL"); said.At-mail.At > c.Unit*3/4 {
		return c.Info("when its time was over it took what had come for a whole line").At(c.Mark(said))
	}
	return c.Info("it takes CR for the end of a line").At(c.Mark(said))
}

var replyTexts = of(replyGroup,
	scenario{ID: "reply-utf8-text", Tier: 1, Title: "UTF-8 in the text of replies", Level: rfc.INTEROP, RFC: "6531 §3.7.4; 5321 §4.2",
		Expect: "passes: delivered; warns: a failure; fails: a crash, or a failure reported for a message that was taken",
		Script: saying("the text of all replies from MAIL on is UTF-8", "NNN Хүлээж авлаа ✓\r\n"), Judge: at(conform.Delivered, "MAIL", "NOOP", "RSET")},
	scenario{ID: "reply-latin1-text", Tier: 1, Title: "Invalid UTF-8 in the text of replies", Level: rfc.INTEROP, RFC: "5321 §4.2",
		Expect: "passes: delivered; warns: a failure; fails: a crash, or a failure reported for a message that was taken",
		Script: saying("the text of all replies from MAIL on has the octets 0xE9 and 0xFF", "NNN accept\xe9 \xff\r\n"), Judge: at(conform.Delivered, "MAIL", "NOOP", "RSET")},
	scenario{ID: "reply-nul-text", Tier: 2, Title: "NUL in the text of a reply", Level: rfc.INTEROP, RFC: "5321 §4.2",
		Expect: "passes: a permanent failure that tells 550; warns: class or code is not told; fails: success, a crash",
		Script: rcptSays(`"550 no\x00such"`, "550 no\x00such\r\n"), Judge: at(conform.Refused(conform.Perm, 550), "RCPT")},
	scenario{ID: "reply-ansi-escape", Tier: 1, Title: "Terminal escapes in a reply", Level: rfc.SECURITY, RFC: "5321 §4.2",
		Expect: "passes: what the client prints or returns has no control octets of the server; warns: it has them",
		Effect: "A server can clear the screen of whoever reads the error, rename the window, or hide what stands before.",
		Fix:    "Escape control octets of replies before they are shown.",
		Script: rcptSays("550 with escape sequences", "550 5.1.1 \x1b[2J\x1b]0;pwned\x07no such user\r\n"), Judge: at(noControls, "RCPT")},
	scenario{ID: "reply-crlf-log", Tier: 2, Title: "The text of a reply cannot forge lines of a log", Level: rfc.SECURITY, RFC: "5321 §4.2",
		Expect: "passes: what the client prints or returns has the reply on one line, escaped; warns: its line ends are there as they came",
		Effect: "A server writes lines into the log of the client that look like the client's own.",
		Fix:    "Join the lines of a reply, and escape what ends a line.",
		Script: rcptSays("550 on three lines, with CR and U+2028 within one", "550-5.1.1 alpha\r\n550-5.1.1 bravo\rcharlie\u2028delta\r\n550 5.1.1 echo\r\n"), Judge: at(oneLine, "RCPT")},
)

func noControls(c *conform.Case) conform.Verdict {
	v := conform.Refused("", 0)(c)
	if v.Word != conform.Pass {
		return v
	}
	if strings.ContainsAny(c.Outcome.Text, "\x1b\x07") {
		return c.Warn("control octets of the reply are told as they came: %s", c.Told())
	}
	return v
}

func oneLine(c *conform.Case) conform.Verdict {
	v := conform.Refused("", 0)(c)
	if v.Word != conform.Pass {
		return v
	}
	text := c.Outcome.Text
	from, to := strings.Index(text, "alpha"), strings.LastIndex(text, "echo")
	switch {
	case strings.Contains(text, "bravo\r"), strings.Contains(text, "charlie\u2028"), from >= 0 && to > from && strings.ContainsAny(text[from:to], "\r\n"):
		return c.Warn("line ends of the reply are told as they came: %s", c.Told())
	}
	return v
}
