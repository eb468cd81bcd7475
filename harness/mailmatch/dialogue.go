package mailmatch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// HaveCommands asks for exactly these commands in this order. Message data is a
// command too, BODY; lines inside an AUTH exchange are none.
//
//	HaveCommands("EHLO", "MAIL", "RCPT", "DATA", "BODY", "QUIT")
func HaveCommands(verbs ...string) types.GomegaMatcher {
	return aboutSession(commands{"have", upper(verbs), slices.Equal[[]string]})
}

// ContainCommands asks for these commands in this order, with any others
// between them.
func ContainCommands(verbs ...string) types.GomegaMatcher {
	return aboutSession(commands{"contain", upper(verbs), contains})
}

func upper(verbs []string) []string {
	var all []string
	for _, v := range verbs {
		all = append(all, strings.ToUpper(v))
	}
	return all
}

// contains says that all of verbs stand in found, in their order.
func contains(found, verbs []string) bool {
	for _, v := range found {
		if len(verbs) > 0 && v == verbs[0] {
			verbs = verbs[1:]
		}
	}
	return len(verbs) == 0
}

type commands struct {
	verb  string
	verbs []string
	fit   func(found, verbs []string) bool
}

func (c commands) want() string {
	if len(c.verbs) == 0 {
		return c.verb + " no commands"
	}
	return c.verb + " commands " + spaced(c.verbs)
}

func (c commands) judge(s *harness.Session) (verdict, error) {
	found := s.Verbs()
	return has(c.fit(found, c.verbs), spaced(found)), nil
}

// spaced returns verbs as a list, none as "none".
func spaced(verbs []string) string {
	if len(verbs) == 0 {
		return "none"
	}
	return strings.ReplaceAll(listed(verbs, shown), "\n", " ")
}

// HaveSent looks at the lines that the client sent as commands, without their
// line ends: one of them is what is wanted. Secrets in them are masked.
//
//	HaveSent("MAIL FROM:<a@example.mn> BODY=8BITMIME")
//	HaveSent(HavePrefix("AUTH PLAIN"))
func HaveSent(line any) types.GomegaMatcher {
	return aboutSession(sentLine{expect(line)})
}

type sentLine struct{ expected expected }

func (c sentLine) want() string { return "have sent " + c.expected.of("a line") }

func (c sentLine) judge(s *harness.Session) (verdict, error) {
	lines := 0
	for _, cmd := range s.Commands {
		if cmd.Verb == "BODY" {
			continue
		}
		lines++
		if ok, err := c.expected.accepts(cmd.Line); ok || err != nil {
			return verdict{ok: ok}, err
		}
	}
	if lines == 0 {
		return verdict{clause: "it sent nothing"}, c.expected.mistake("")
	}
	return verdict{clause: fmt.Sprintf("none of its %s is that", counted(lines, "line"))}, nil
}

// HaveReply looks at the answers given at a stage: one of them has the code.
// harness.CONNECT is the greeting, harness.BODY the answer to the message
// data, harness.ANY all of them.
func HaveReply(stage harness.Stage, code int) types.GomegaMatcher {
	return aboutSession(replyAt{stage, code})
}

type replyAt struct {
	stage harness.Stage
	code  int
}

func (c replyAt) want() string {
	return fmt.Sprintf("have reply %d at %s", c.code, shown(string(c.stage)))
}

func (c replyAt) judge(s *harness.Session) (verdict, error) {
	if !slices.Contains(record.Stages(), c.stage) {
		return verdict{}, fmt.Errorf("there is no such stage, only %v", record.Stages())
	}
	var codes []string
	for r := range s.Replies(c.stage) {
		if r.Code == c.code {
			return verdict{ok: true}, nil
		}
		codes = append(codes, shownCode(r))
	}
	if len(codes) == 0 {
		return verdict{clause: fmt.Sprintf("it never came to %s", c.stage)}, nil
	}
	return verdict{clause: "it got", text: strings.ReplaceAll(listed(codes, shown), "\n", ", ")}, nil
}

func shownCode(r harness.Reply) string {
	if r.Code == 0 {
		return "no reply"
	}
	return strconv.Itoa(r.Code)
}
