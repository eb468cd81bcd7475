package mailmatch

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// HaveReceived asks for a message that meets all conditions, which are matchers
// for a message; without any, for a message at all.
//
//	Expect(srv).To(HaveReceived(BeSentTo("bat@example.com"), HaveSubject("Захиалга")))
//	Eventually(srv).Should(HaveReceived())
//	Consistently(srv, "100ms").ShouldNot(HaveReceived())
//
// A failure lists what was received, and shows for the message that comes
// closest which conditions it meets. Eventually stops at once when the server
// is closed or something happened that its options do not allow.
func HaveReceived(conditions ...types.GomegaMatcher) types.GomegaMatcher {
	return newReceived(atLeastOne, conditions)
}

// HaveReceivedExactly asks for n messages that meet all conditions, no more and
// no fewer. Others do not count; And(HaveReceivedExactly(1), HaveReceived(…))
// allows none beside the one.
func HaveReceivedExactly(n int, conditions ...types.GomegaMatcher) types.GomegaMatcher {
	return newReceived(n, conditions)
}

// mailbox is a server, or another owner of messages.
type mailbox interface{ Messages() []*harness.Message }

const atLeastOne = -1

type received struct {
	count  int // atLeastOne, or how many
	claims []messageClaim
	last   *atomic.Pointer[lookAtMailbox]
}

// lookAtMailbox is what Match saw of a server, which may have changed when the
// failure is told.
type lookAtMailbox struct {
	actual     any
	name       string // "server"; "list" for messages without one
	messages   []*harness.Message
	fitting    map[*harness.Message]bool
	violations []harness.Violation
	closed     bool
}

func newReceived(count int, conditions []types.GomegaMatcher) types.GomegaMatcher {
	return received{count, claimsOf(conditions), new(atomic.Pointer[lookAtMailbox])}
}

func (r received) Match(actual any) (bool, error) {
	look, err := r.look(actual)
	if err != nil {
		return false, fmt.Errorf("mailmatch: to %s %w", r.want(), err)
	}
	r.last.Store(look)
	return r.count == atLeastOne && len(look.fitting) > 0 || len(look.fitting) == r.count, nil
}

// look takes what there is and tries it.
func (r received) look(actual any) (*lookAtMailbox, error) {
	look := &lookAtMailbox{actual: actual, name: "list", fitting: map[*harness.Message]bool{}}
	switch a := actual.(type) {
	case []*harness.Message:
		look.messages = a
	case mailbox:
		if isNil(actual) {
			return nil, fmt.Errorf("needs a server, not %s", described(actual))
		}
		look.name = nameOf(actual)
		look.finality(actual)
		look.messages = a.Messages()
	default:
		return nil, fmt.Errorf("needs a *harness.Server, or []*harness.Message, not %s", described(actual))
	}
	return look, r.try(look)
}

// finality notes why nothing more may come. It comes before the messages, so
// that none is missing when it is noted.
func (l *lookAtMailbox) finality(actual any) {
	if s, ok := actual.(interface{ Closed() bool }); ok {
		l.closed = s.Closed()
	}
	if s, ok := actual.(interface{ Violations() []harness.Violation }); ok {
		l.violations = s.Violations()
	}
}

func (r received) try(look *lookAtMailbox) error {
	for i, m := range look.messages {
		if _, err := messageOf(m); err != nil {
			return fmt.Errorf("looked at message %d of the list, which is nil or empty", i+1)
		}
		fits := true
		for _, c := range r.claims {
			v, err := c.judge(m)
			if err != nil {
				return fmt.Errorf("could not be told of %s: %w", m, err)
			}
			fits = fits && v.ok
		}
		if fits {
			look.fitting[m] = true
		}
	}
	return nil
}

// seen returns what Match saw.
func (r received) seen(actual any) (*lookAtMailbox, error) {
	if last := r.last.Load(); last != nil && identical(last.actual, actual) {
		return last, nil
	}
	return r.look(actual)
}

// MatchMayChangeInTheFuture is asked by Eventually: not if the server is closed
// or something happened that it does not allow, and not if there are more
// messages than there should be.
func (r received) MatchMayChangeInTheFuture(actual any) bool {
	if _, ok := actual.(mailbox); !ok || isNil(actual) {
		return true
	}
	if isFinal(actual) {
		return false
	}
	if r.count == atLeastOne {
		return true
	}
	look, err := r.look(actual)
	return err != nil || len(look.fitting) <= r.count
}

// want returns `have received a message that would have subject "x"`.
func (r received) want() string {
	var wants []string
	for _, c := range r.claims {
		wants = append(wants, c.want())
	}
	return "have received " + r.head() + strings.TrimSuffix(" "+strings.Join(wants, " and "), " ")
}

// head returns what is to be received, up to the conditions.
func (r received) head() string {
	head := "a message"
	if r.count != atLeastOne {
		head = "exactly " + counted(r.count, "message")
	}
	if len(r.claims) > 0 {
		head += " that would"
	}
	return head
}

// GomegaString is how Gomega shows the matcher within another one.
func (r received) GomegaString() string { return r.want() }

func (r received) String() string { return r.want() }

var _ types.OracleMatcher = received{}
