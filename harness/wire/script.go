package wire

import (
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
	var steps []step
	for n, line := range scriptLines(text) {
		one, err := parseStep(line)
		if err != nil {
			return nil, fmt.Errorf("script line %d: %w", n, err)
		}
		if last := len(steps) - 1; one.octets != "" && last >= 0 && steps[last].octets != "" && !endsReply(steps[last].octets) {
			steps[last].octets += one.octets
			continue
		}
		steps = append(steps, one)
	}
	return func(p *Peer) error {
		for _, one := range steps {
			if err := one.run(p); err != nil {
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
}

func (s step) run(p *Peer) error {
	if s.octets != "" {
		return p.Send(s.octets)
	}
	return s.do(p)
}

// endsReply says that the last line of octets is the last of a reply.
func endsReply(octets string) bool {
	lines := strings.SplitAfter(strings.TrimSuffix(octets, "\r\n"), "\r\n")
	last := lines[len(lines)-1]
	return len(last) < 4 || last[3] != '-'
}

// scriptLines yields the lines of the script with their numbers.
func scriptLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		section, n := "", 0
		archive := strings.Contains("\n"+text, "\n-- peer --\n")
		for line := range strings.Lines(text) {
			n++
			line = strings.TrimSpace(line)
			if name, ok := sectionName(line); ok {
				section = name
				continue
			}
			if line == "" || strings.HasPrefix(line, "#") || archive && section != "peer" {
				continue
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

func sectionName(line string) (string, bool) {
	name, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, " --")
}

func parseStep(line string) (step, error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "S:":
		return step{octets: rest + "\r\n"}, nil
	case "S>":
		octets, err := strconv.Unquote(rest)
		if err != nil || octets == "" {
			return step{}, fmt.Errorf("the octets behind S> need Go's quotes: S> %q", "250 Ok\r\n")
		}
		return step{octets: octets}, nil
	case "C:":
		return step{do: func(p *Peer) error { _, err := p.Expect(rest); return err }}, nil
	case "C.":
		return step{do: func(p *Peer) error { _, err := p.ReadData(); return err }}, nil
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return step{}, fmt.Errorf("%q is no time; write wait 700ms", rest)
		}
		return step{do: func(p *Peer) error { return p.Wait(d) }}, nil
	}
	if do, ok := plainSteps[line]; ok {
		return step{do: do}, nil
	}
	return step{}, fmt.Errorf("%q is no step; write S:, S>, C:, C., wait, starttls, silence, half-close, close or reset", line)
}

// plainSteps are the steps without an argument.
var plainSteps = map[string]func(*Peer) error{
	"starttls":   (*Peer).StartTLS,
	"silence":    (*Peer).Silence,
	"half-close": func(p *Peer) error { p.HalfClose(); return nil },
	"close":      func(p *Peer) error { p.Close(); return ErrPeerGone },
	"reset":      func(p *Peer) error { p.Reset(); return ErrPeerGone },
}
