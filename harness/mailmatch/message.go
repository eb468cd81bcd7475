package mailmatch

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// messageClaim is a claim about a message.
type messageClaim = claim[*harness.Message]

// messageMatcher makes a claim about a message a matcher. It keeps no state: a
// message never changes.
type messageMatcher struct{ messageClaim }

func (m messageMatcher) Match(actual any) (bool, error) {
	v, _, err := m.look(actual)
	return v.ok, err
}

func (m messageMatcher) look(actual any) (verdict, *harness.Message, error) {
	msg, err := messageOf(actual)
	if err != nil {
		return verdict{}, nil, fmt.Errorf("mailmatch: to %s %w", m.want(), err)
	}
	v, err := m.judge(msg)
	if err != nil {
		err = fmt.Errorf("mailmatch: to %s: %w", m.want(), err)
	}
	return v, msg, err
}

// FailureMessage has the form
//
//	Expected message #1 "x" from <a@b.c> to <d@e.f>, 17 bytes
//	    to have subject "y"
//	but it has
//	    "x"
func (m messageMatcher) FailureMessage(actual any) string {
	v, msg, err := m.look(actual)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("Expected %s\n    to %s\nbut %s", msg, m.want(), v.block())
}

func (m messageMatcher) NegatedFailureMessage(actual any) string {
	_, msg, err := m.look(actual)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("Expected %s\n    not to %s", msg, m.want())
}

// GomegaString is how Gomega shows the matcher within another one.
func (m messageMatcher) GomegaString() string { return m.want() }

func (m messageMatcher) String() string { return m.want() }

// messageOf returns the message that a matcher was given. The error continues
// the sentence "to have subject "x" …".
func messageOf(actual any) (*harness.Message, error) {
	switch a := actual.(type) {
	case *harness.Message:
		if a != nil && a.Message != nil && a.Parsed != nil {
			return a, nil
		}
	case *record.Message:
		if a != nil {
			return message.Of(a), nil
		}
	case mailbox, []*harness.Message:
		return nil, fmt.Errorf("needs a *harness.Message, not %s; put HaveReceived(…) around it", described(actual))
	}
	return nil, fmt.Errorf("needs a *harness.Message, not %s", described(actual))
}

// claimsOf returns what matchers say about a message. And is taken apart into
// its claims.
func claimsOf(conditions []types.GomegaMatcher) []messageClaim {
	var claims []messageClaim
	for _, c := range conditions {
		if own, ok := c.(messageMatcher); ok {
			claims = append(claims, own.messageClaim)
		} else if parts := partsOfAnd(c); parts != nil {
			claims = append(claims, claimsOf(parts)...)
		} else {
			claims = append(claims, foreign{c})
		}
	}
	return claims
}
