package mailmatch

import (
	"net/mail"
	"slices"
	"sort"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
)

// Addresses are compared by their local parts exactly and by their domains
// without regard to case, RFC 5321 §2.4.

// BeFrom looks at the From header: one of its authors has the address, or one
// that the matcher accepts. Who sent the message is HaveEnvelopeFrom.
func BeFrom(address any) types.GomegaMatcher {
	return messageMatcher{fromClaim{expect(address)}}
}

type fromClaim struct{ expected expected }

func (c fromClaim) want() string { return "be From " + c.expected.bare() }

func (c fromClaim) judge(m *harness.Message) (verdict, error) {
	authors := m.From()
	for _, a := range authors {
		if ok, err := c.expected.acceptsAddress(a.Address); ok || err != nil {
			return verdict{ok: ok}, err
		}
	}
	if len(authors) == 0 {
		return has(false, quoted(strings.Join(m.Header().Values("From"), ", "))), c.expected.mistake("")
	}
	return has(false, listed(authors, shownMailbox)), nil
}

func shownMailbox(a mail.Address) string {
	if a.Name == "" {
		return shown(a.Address)
	}
	return quoted(a.Name) + " <" + shown(a.Address) + ">"
}

// bare returns an address without quotes, or `an address that …`.
func (e expected) bare() string {
	if s, ok := e.value.(string); ok {
		return shown(s)
	}
	return e.of("an address")
}

func (e expected) acceptsAddress(address string) (bool, error) {
	if want, ok := e.value.(string); ok {
		return message.SameAddress(want, address), nil
	}
	return e.accepts(address)
}

// BeAddressedTo looks at the To and Cc headers: together they name all these
// addresses, and may name more. Who was sent the message is BeSentTo.
func BeAddressedTo(addresses ...string) types.GomegaMatcher {
	return messageMatcher{addressedTo(addresses)}
}

type addressedTo []string

func (c addressedTo) want() string {
	return "be addressed to " + bracketed(c) + " (To and Cc)"
}

func (c addressedTo) judge(m *harness.Message) (verdict, error) {
	to, cc := bareAddresses(m.To()), bareAddresses(m.Cc())
	found := has(len(without(c, append(to, cc...))) == 0, "To "+bracketed(to))
	if len(cc) > 0 {
		found.text += ", Cc " + bracketed(cc)
	}
	return found, nil
}

func bareAddresses(list []mail.Address) []string {
	var all []string
	for _, a := range list {
		all = append(all, a.Address)
	}
	return all
}

// without returns the addresses of list less those of taken, each of which
// takes one off.
func without(list, taken []string) []string {
	left := slices.Clone(list)
	for _, t := range taken {
		if i := slices.IndexFunc(left, func(a string) bool { return message.SameAddress(a, t) }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	return left
}

// BeSentTo looks at the envelope: the accepted recipients are exactly these, in
// any order. What the headers say is BeAddressedTo.
func BeSentTo(addresses ...string) types.GomegaMatcher {
	return messageMatcher{sentTo(addresses)}
}

type sentTo []string

func (c sentTo) want() string { return "be sent to exactly " + bracketed(c) + " (RCPT TO)" }

func (c sentTo) judge(m *harness.Message) (verdict, error) {
	to := m.Envelope.To()
	found := has(len(to) == len(c) && len(without(c, to)) == 0, bracketed(to))
	var refused []string
	for _, r := range m.Envelope.Recipients {
		if !r.Accepted() && len(refused) < maxLines {
			refused = append(refused, quoted(r.Address)+" "+r.Reply.String())
		}
	}
	if len(refused) > 0 {
		found.text += "; refused: " + strings.Join(refused, ", ")
	}
	return found, nil
}

// HaveEnvelopeFrom looks at the reverse-path, the address of MAIL FROM: it is
// the address, or one that the matcher accepts. "" is the null path of a
// bounce, RFC 5321 §4.5.5.
func HaveEnvelopeFrom(address any) types.GomegaMatcher {
	return messageMatcher{envelopeFrom{expect(address)}}
}

type envelopeFrom struct{ expected expected }

func (c envelopeFrom) want() string {
	return "have envelope sender " + c.expected.String() + " (MAIL FROM)"
}

func (c envelopeFrom) judge(m *harness.Message) (verdict, error) {
	ok, err := c.expected.acceptsAddress(m.Envelope.From)
	return has(ok, quoted(m.Envelope.From)), err
}

// HaveBcc looks for a blind copy: an accepted recipient that no header names.
func HaveBcc(address any) types.GomegaMatcher {
	return messageMatcher{blindCopy{expect(address)}}
}

type blindCopy struct{ expected expected }

func (c blindCopy) want() string {
	return "have blind copy " + c.expected.String() + " (RCPT TO, but in no header)"
}

func (c blindCopy) judge(m *harness.Message) (verdict, error) {
	blind := m.Bcc()
	for _, address := range blind {
		if ok, err := c.expected.acceptsAddress(address); ok || err != nil {
			return verdict{ok: ok}, err
		}
	}
	return has(false, bracketed(blind)), c.expected.mistake("")
}

// HaveMailParameter looks at a parameter of MAIL: HaveMailParameter("BODY",
// "8BITMIME"). One without a value has "": HaveMailParameter("SMTPUTF8", "").
func HaveMailParameter(keyword string, want any) types.GomegaMatcher {
	return messageMatcher{mailParameter{strings.ToUpper(keyword), expect(want)}}
}

type mailParameter struct {
	keyword  string
	expected expected
}

func (c mailParameter) want() string {
	return "have MAIL parameter " + shown(c.keyword) + " " + c.expected.String()
}

func (c mailParameter) judge(m *harness.Message) (verdict, error) {
	found := has(false, shownParameters(m.Envelope.Params))
	value, there := m.Envelope.Params[c.keyword]
	if !there {
		return found, c.expected.mistake("")
	}
	var err error
	found.ok, err = c.expected.accepts(value)
	return found, err
}

func shownParameters(params map[string]string) string {
	if len(params) == 0 {
		return "no parameters"
	}
	var all []string
	for k, v := range params {
		all = append(all, shown(k)+"="+quoted(v))
	}
	sort.Strings(all)
	return strings.ReplaceAll(listed(all, func(s string) string { return s }), "\n", ", ")
}
