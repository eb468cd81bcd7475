package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseScript reads a Peer's script from text, a line for each step:
//
//	S: 250-mx.example        what the server sends, with CRLF behind it
//	S> "250 no line end"     the same as octets, in Go's quotes
//	C: MAIL FROM:*           a line that the client has to send, as a pattern
//	C. data                  message data up to the final dot
//	wait 700ms
//	starttls                 the handshake
//	silence                  read and never answer
//	half-close, close, reset
//
// Lines of "S:" that belong together leave in one write. In a txtar archive
// the script is the file "peer". A line that begins with # is a comment. The
// error names the line.
func ParseScript(text string) (func(*Peer) error, error) {
	p := scriptParser{}
	for n, line := range scriptLines(text) {
		if err := p.add(line); err != nil {
			return nil, fmt.Errorf("script line %d: %w", n, err)
		}
	}
	if len(p.steps) == 0 {
		return nil, errors.New(`the script has no step; begin with the greeting, S: 220 mx.example ESMTP, in a txtar archive in the file "peer"`)
	}
	return func(peer *Peer) error {
		for _, one := range p.steps {
			if err := one.run(peer); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// step is one thing that a script does: it sends octets, or runs do.
type step struct {
	octets string
	do     func(*Peer) error
	joins  bool   // the next line of "S:" belongs to it
	last   string // what it is called, if nothing can be sent behind it
	ends   bool   // and nothing can be done
}

func (s step) run(p *Peer) error {
	if s.do == nil {
		return p.Send(s.octets)
	}
	return s.do(p)
}

type scriptParser struct {
	steps []step
	last  step // the one that ends the server's words, if there was one
}

func (p *scriptParser) add(line string) error {
	one, err := parseStep(line)
	if err != nil {
		return err
	}
	if p.last.ends || p.last.last != "" && one.do == nil {
		return fmt.Errorf("%q can never be done behind %s; leave one of them out", line, p.last.last)
	}
	if one.last != "" {
		p.last = one
	}
	if before := len(p.steps) - 1; one.joins && before >= 0 && p.steps[before].joins && !endsReply(p.steps[before].octets) {
		p.steps[before].octets += one.octets
		return nil
	}
	p.steps = append(p.steps, one)
	return nil
}

// scriptLines yields the lines of the script with their numbers.
func scriptLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		section, n := "", 0
		archive := hasSection(text, "peer")
		for line := range strings.Lines(text) {
			n++
			if name, ok := sectionName(line); ok {
				section = name
				continue
			}
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") || archive && section != "peer" {
				continue
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

func hasSection(text, want string) bool {
	for line := range strings.Lines(text) {
		if name, ok := sectionName(line); ok && name == want {
			return true
		}
	}
	return false
}

// sectionName returns the name of the file that begins at a line of an archive.
func sectionName(line string) (string, bool) {
	name, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "-- ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, " --")
}

func parseStep(line string) (step, error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "S:":
		return step{octets: rest + "\r\n", joins: true}, nil
	case "S>":
		octets, err := strconv.Unquote(rest)
		if err != nil || octets == "" {
			return step{}, fmt.Errorf("the octets behind S> need Go's quotes: S> %q", "250 Ok\r\n")
		}
		return step{octets: octets}, nil
	case "C:":
		return expectStep(strings.TrimLeft(rest, " "))
	case "C.":
		return step{do: func(p *Peer) error { _, err := p.ReadData(); return err }}, nil
	case "wait":
		d, err := time.ParseDuration(strings.TrimLeft(rest, " "))
		if err != nil || d < 0 {
			return step{}, fmt.Errorf("%q is no time to wait; write wait 700ms", rest)
		}
		return step{do: func(p *Peer) error { return p.Wait(d) }}, nil
	}
	if one, ok := plainSteps[line]; ok {
		return one, nil
	}
	return step{}, fmt.Errorf("%q is no step; write S:, S>, C:, C., wait, starttls, silence, half-close, close or reset", line)
}

func expectStep(pattern string) (step, error) {
	switch g := newGlob(pattern); {
	case g.dangling():
		return step{}, fmt.Errorf(`the pattern %q ends with a \ that escapes nothing; write \\ for the character itself`, pattern)
	case len(pattern) > maxGlob:
		return step{}, fmt.Errorf("the pattern has %d octets; write at most %d", len(pattern), maxGlob)
	}
	return step{do: func(p *Peer) error { _, err := p.Expect(pattern); return err }}, nil
}

// plainSteps are the steps without an argument.
var plainSteps = map[string]step{
	"starttls":   {do: (*Peer).StartTLS},
	"silence":    {do: (*Peer).Silence, last: "silence", ends: true},
	"half-close": {do: func(p *Peer) error { p.HalfClose(); return nil }, last: "half-close"},
	"close":      {do: func(p *Peer) error { p.Close(); return ErrPeerGone }, last: "close", ends: true},
	"reset":      {do: func(p *Peer) error { p.Reset(); return ErrPeerGone }, last: "reset", ends: true},
}
