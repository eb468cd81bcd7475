package wire

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
)

// LMTP, RFC 2033: LHLO takes the place of EHLO, and behind the message data
// each accepted recipient gets a reply of its own.

// verdict is what one recipient is told.
type verdict struct {
	exchange
	refusal *record.Reply // nil: the recipient gets the message
	silent  bool          // a rule does not answer at all
	to      int           // index of the recipient in the envelope
}

// judgeForEach decides for each accepted recipient, and then delivers to those
// that nobody refuses.
func (s *Session) judgeForEach(c record.Command, refusal *record.Reply) {
	s.verdicts = s.verdicts[:0]
	// Rules have seen the envelope as it was; what they keep does not change.
	s.envelope.Recipients = slices.Clone(s.envelope.Recipients)
	whole := s.envelope
	for i, r := range whole.Recipients {
		if !r.Reply.Positive() {
			continue
		}
		// A rule's To is about this recipient.
		s.envelope.Recipients = whole.Recipients[i : i+1]
		s.begin(record.BODY, c, r.Address)
		s.x.Message = s.message
		s.verdicts = append(s.verdicts, s.verdictFor(i, refusal))
	}
	s.envelope = whole
	s.sentence()
}

func (s *Session) verdictFor(to int, refusal *record.Reply) verdict {
	v := verdict{refusal: refusal, to: to}
	if s.rule != nil {
		v.silent = s.rule.act.silence != none
		if reply := s.ruleReply(); reply != nil && reply.Positive() {
			s.override = reply
		} else if reply != nil {
			v.refusal = reply
		}
	}
	v.exchange = s.exchange
	return v
}

// sentence delivers the message if anybody is to get it, else it tells all of
// them.
func (s *Session) sentence() {
	s.examineEarly(s.message)
	delivered := false
	for i := range s.verdicts {
		v := &s.verdicts[i]
		s.envelope.Recipients[v.to].Final = v.final(okReply)
		delivered = delivered || v.gets()
	}
	if !delivered || s.message == nil {
		s.announce(localError)
		s.refuseBody()
		return
	}
	s.message.Envelope = s.envelope
	s.hand()
}

// gets says that the recipient gets the message, if the server keeps it.
func (v *verdict) gets() bool { return v.refusal == nil && !v.silent }

// final is what the envelope says of the recipient, where kept is the reply
// that takes responsibility for the message.
func (v *verdict) final(kept record.Reply) record.Reply {
	final := kept
	switch {
	case v.silent:
		final = record.NewReply(451, "4.3.0 Not answered")
	case v.refusal != nil:
		final = *v.refusal
	case v.override != nil:
		final = *v.override
	}
	if v.rule != nil {
		final.Rule = v.rule.Name()
	}
	return final
}

// promise puts the reply that takes responsibility for a message into its
// envelope, for those that get it.
func (s *Session) promise(m *record.Message) {
	for i := range s.verdicts {
		if v := &s.verdicts[i]; v.gets() {
			m.Envelope.Recipients[v.to].Final = v.final(m.Reply)
		}
	}
}

// announce gives each recipient its reply: its own refusal, or what became of
// the message.
func (s *Session) announce(final record.Reply) {
	for i := range s.verdicts {
		if s.over || s.mute {
			return
		}
		v := &s.verdicts[i]
		s.exchange = v.exchange
		s.again = i > 0
		switch {
		case v.silent:
			s.fallSilent(s.rule.act.silence)
		case v.refusal != nil:
			s.respond(*v.refusal)
		default:
			s.respond(final)
		}
	}
	s.again = false
}
