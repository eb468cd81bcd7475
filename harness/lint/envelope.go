package lint

import (
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of a message and the envelope that it came in.
var envelopeRules = []Rule{
	Rule{
		ID: "size-value", Level: rfc.SHOULD, Cites: rfc.Cites("1870 §5 §6"),
		Text:   "The SIZE of MAIL is not below the size of the message.",
		Effect: "The server finds out only when everything was sent.",
		Fix:    "Count the octets after line ends became CRLF; leave the doubled dots out.",
	}.ofMessage(judgeSize),
	Rule{
		ID: "utf8-not-needed", Level: rfc.SHOULD, Cites: rfc.Cites("6531 §3.4"),
		Text:   "SMTPUTF8 comes only with what needs it.",
		Effect: "Servers without SMTPUTF8 cannot pass the message on, for nothing.",
		Fix:    "Give the parameter only if an address or a header is beyond ASCII.",
	}.ofMessage(judgeNeed),
	Rule{
		ID: "lint-bcc-leak", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.6.3; 5321 §7.2"),
		Text:   "Nobody but those whom it names gets a Bcc field.",
		Effect: "Everybody sees who got a blind copy.",
		Fix:    "Take Bcc off before the message is sent; its addresses belong into RCPT.",
	}.ofMessage(judgeBcc),
	Rule{
		ID: "lint-address-agree", Level: rfc.INFO, Cites: rfc.Cites("5321 §2.3.1 §3.3; 5322 §3.6.2"),
		Text:   "The reverse-path may be another address than From and Sender.",
		Effect: "Bounces go elsewhere, and checks of the two domains may not agree.",
		Fix:    "None is needed if it is meant.",
	}.ofMessage(judgeAgreement),
}

func judgeSize(m *mail, found *sightings) {
	value, ok := m.record.Envelope.Params["SIZE"]
	declared, err := strconv.ParseUint(value, 10, 63)
	if ok && err == nil && declared > 0 && declared < uint64(len(m.raw)) {
		found.missing("SIZE=%d was declared, and there are %d octets", declared, len(m.raw))
	}
}

// judgeNeed is sure of messages without any octet beyond ASCII.
func judgeNeed(m *mail, found *sightings) {
	if !m.utf8() || beyondASCII(m.raw) >= 0 || beyondASCII(m.record.Envelope.From) >= 0 {
		return
	}
	for _, r := range m.record.Envelope.Recipients {
		if beyondASCII(r.Address) >= 0 || beyondASCII(r.Original) >= 0 {
			return
		}
	}
	found.missing("SMTPUTF8 came with an envelope and a message of ASCII")
}

// judgeBcc needs a recipient whom Bcc does not name: a copy for those whom it
// names may have the field.
func judgeBcc(m *mail, found *sightings) {
	f, ok := m.first("Bcc")
	if !ok {
		return
	}
	list := m.addresses(f)
	if list.unclear || len(list.addresses) == 0 {
		return
	}
	named := map[string]bool{}
	for _, address := range list.addresses {
		named[sameDomain(address)] = true
	}
	for _, to := range m.record.Envelope.To() {
		if !named[sameDomain(to)] && !strings.Contains(to, `"`) {
			found.at(f.start, m.octets(f), "<%s> got the Bcc field, which does not name it", shown(to))
			return
		}
	}
}

// sameDomain is an address with its domain in lower case, RFC 5321 §2.4.
func sameDomain(address string) string {
	at := strings.LastIndexByte(address, '@')
	return address[:at+1] + strings.ToLower(address[at+1:])
}

func judgeAgreement(m *mail, found *sightings) {
	from := m.record.Envelope.From
	senders := m.view.From()
	if from == "" || len(senders) == 0 || len(m.record.Envelope.Recipients) == 0 {
		return
	}
	if _, ok := m.first("Sender"); ok {
		return
	}
	for _, a := range senders {
		if message.SameAddress(a.Address, from) {
			return
		}
	}
	f, _ := m.first("From")
	found.at(f.start, m.octets(f), "the reverse-path is <%s>", shown(from))
}
