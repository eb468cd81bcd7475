package wire

import (
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// RuleDoc describes one word of the language of rules.
type RuleDoc struct {
	Kind string `json:"kind"` // "stage", "condition", "counter", "action" or "bookkeeping"
	Name string `json:"name"` // "RCPT", "FirstN"
	Text string `json:"text"` // what it does, one line
	Go   string `json:"go"`   // a rule that uses it
	JSON string `json:"json"` // the same rule; "" if a func has no JSON form
}

// RuleReference describes every stage, condition, counter and action, in that
// order. The examples are valid rules, and both forms of one are made from the
// same value.
func RuleReference() []RuleDoc {
	var docs []RuleDoc
	for _, group := range []struct {
		kind  string
		words []ruleWord
	}{{"stage", stageWords()}, {"condition", conditionWords()}, {"counter", counterWords()},
		{"action", actionWords()}, {"bookkeeping", bookkeepingWords()}} {
		for _, w := range group.words {
			doc := RuleDoc{Kind: group.kind, Name: w.name, Text: w.text, Go: w.example.String()}
			if b, err := w.example.MarshalJSON(); err == nil {
				doc.JSON = string(b)
			}
			docs = append(docs, doc)
		}
	}
	return docs
}

type ruleWord struct {
	name, text string
	example    Rule
}

func stageWords() []ruleWord {
	word := func(s record.Stage, text string, example Rule) ruleWord { return ruleWord{string(s), text, example} }
	return []ruleWord{
		word(record.CONNECT, "the greeting", On(record.CONNECT).Reply(554, "5.3.2 No service here")),
		word(record.EHLO, "the reply to EHLO, HELO and LHLO", On(record.EHLO).Reply(502, "5.5.1 Not implemented").Once()),
		word(record.STARTTLS, "the reply to STARTTLS, before the handshake", On(record.STARTTLS).Reply(454, "4.7.0 TLS not available")),
		word(record.AUTH, "the reply to the AUTH command", On(record.AUTH).Reply(535, "5.7.8 Authentication credentials invalid")),
		word(record.MAIL, "the reply to MAIL FROM", On(record.MAIL).Reply(451, "4.3.0 Try later")),
		word(record.RCPT, "the reply to RCPT TO", On(record.RCPT).Reply(452, "4.5.3 Too many recipients").Occurrence(3)),
		word(record.BDAT, "the reply to a chunk that is not the last, RFC 3030; BODY is that of the last", On(record.BDAT).Reply(552, "5.3.4 Message too big")),
		word(record.DATA, "the reply to DATA, before the message data", On(record.DATA).Reply(554, "5.5.1 No valid recipients")),
		word(record.BODY, "the reply to the end of the message data", On(record.BODY).Reply(552, "5.3.4 Message too big")),
		word(record.RSET, "the reply to RSET", On(record.RSET).Drop()),
		word(record.NOOP, "the reply to NOOP", On(record.NOOP).Delay(2*time.Second)),
		word(record.QUIT, "the reply to QUIT", On(record.QUIT).Drop()),
		word(record.ANY, "every exchange, verbs without a stage of their own included", On(record.ANY).Reply(421, "4.3.2 Shutting down").ThenDrop()),
	}
}

func conditionWords() []ruleWord {
	reject := On(record.RCPT).Reply(550, "5.1.1 No such user")
	early := On(record.MAIL).Reply(530, "5.7.0 Must issue a STARTTLS command first")
	return []ruleWord{
		{"To", "the recipient matches: of RCPT itself, at DATA and BODY any accepted one; * any run, ? one character, \\ the next one literally", reject.To("bad@*")},
		{"From", "the reverse-path matches: of MAIL itself, later of the open transaction; \"\" is the null path", reject.From("*@example.org")},
		{"Arg", "the command's argument matches", On(record.MAIL).Arg("* BODY=8BITMIME*").Reply(555, "5.5.4 Unsupported parameter")},
		{"Hello", "the client calls itself so: at EHLO in the command, later in the last one that succeeded", reject.Hello("client.example")},
		{"InSession", "only in the nth session of the server", On(record.CONNECT).InSession(1).Reply(421, "4.3.2 Come back")},
		{"InTransaction", "only in the nth message transaction of each session; MAIL belongs to the one it asks for", reject.InTransaction(2)},
		{"Occurrence", "only at the nth exchange of its stage in each session", reject.Occurrence(3)},
		{"BeforeTLS", "only in clear text", early.BeforeTLS()},
		{"InsideTLS", "only inside TLS", On(record.EHLO).InsideTLS().Withhold("AUTH")},
		{"When", "only if a Go func says so", reject.When(func(x *Exchange) bool { return len(x.Envelope.Recipients) > 10 })},
	}
}

func counterWords() []ruleWord {
	later := On(record.RCPT).Reply(451, "4.7.1 Greylisted, try later")
	return []ruleWord{
		{"Once", "only the first exchange that meets the conditions", later.Once()},
		{"FirstN", "only the first n exchanges that meet the conditions", later.FirstN(2)},
		{"Nth", "only the nth exchange that meets the conditions", later.Nth(3)},
		{"Every", "each nth exchange that meets the conditions", later.Every(10)},
		{"Chance", "a share of the exchanges that meet the conditions; the same seed chooses the same ones", later.Chance(0.1, 1)},
	}
}

func actionWords() []ruleWord {
	return []ruleWord{
		{"Reply", "answers so; with a code that lets the command succeed the server acts on it, with any other it does not", On(record.RCPT).Reply(550, "5.1.1 No such user")},
		{"ReplyRaw", "answers with these octets, whatever they are", On(record.MAIL).ReplyRaw([]byte("250 OK\n"))},
		{"Do", "answers with what a Go func returns; nil is the server's own answer", On(record.NOOP).Do(func(*Exchange) *record.Reply { return nil })},
		{"Withhold", "leaves extensions out of the reply to EHLO, and refuses them", On(record.EHLO).Withhold("STARTTLS")},
		{"Advertise", "adds lines to the reply to EHLO", On(record.EHLO).Advertise("SIZE 1000")},
		{"Delay", "waits before the answer", On(record.DATA).Delay(1500 * time.Millisecond)},
		{"Drip", "sends the answer in small chunks, with pauses", On(record.CONNECT).Drip(1, 100*time.Millisecond)},
		{"Split", "sends the answer in several writes, cut at these offsets", On(record.EHLO).Split(3, 7)},
		{"Hold", "keeps the answer back until the next one, and sends both in one segment", On(record.MAIL).Hold()},
		{"Early", "sends octets right before the answer, in its segment", On(record.CONNECT).Early([]byte("\x00"))},
		{"Trail", "sends octets right behind the answer, in its segment", On(record.STARTTLS).Trail([]byte("250-mx.example\r\n250 AUTH PLAIN\r\n"))},
		{"Flood", "sends n octets of reply lines before the answer's last line", On(record.EHLO).Flood(1_000_000)},
		{"Stall", "never answers, keeps the connection open", On(record.BODY).Stall()},
		{"StopReading", "never reads or answers again, keeps the connection open", On(record.DATA).StopReading()},
		{"Drop", "closes the connection (FIN) instead of an answer", On(record.DATA).Drop()},
		{"Reset", "breaks the connection (RST) instead of an answer", On(record.BODY).Reset()},
		{"DropAfterBytes", "closes the connection once n octets of message data have come", On(record.BODY).DropAfterBytes(1000)},
		{"LoseReply", "acts on the command, but the reply never leaves", On(record.BODY).LoseReply()},
		{"ThenDrop", "closes the connection after the answer", On(record.BODY).LoseReply().ThenDrop()},
		{"HalfClose", "closes the server's direction (FIN) after the answer, and goes on reading", On(record.MAIL).HalfClose()},
		{"NoCloseNotify", "lets ThenDrop or Drop close TLS without close_notify", On(record.BODY).InsideTLS().ThenDrop().NoCloseNotify()},
		{"Certificate", "shows a certificate that is " + strings.Join(certificateKinds, ", "), On(record.STARTTLS).Certificate("expired")},
		{"TLSVersions", "limits the handshake to versions from the first to the second, 1.0 to 1.3; \"\" is no limit", On(record.STARTTLS).TLSVersions("1.0", "1.1")},
		{"Handshake", "answers a handshake wrongly: " + strings.Join(handshakeKinds, ", "), On(record.CONNECT).Handshake("garbage")},
		{"KeepPlaintext", "takes what came in clear behind STARTTLS for something said under TLS", On(record.STARTTLS).KeepPlaintext()},
	}
}

func bookkeepingWords() []ruleWord {
	r := On(record.RCPT).FirstN(2).Reply(451, "4.7.1 later")
	return []ruleWord{
		{"Named", "the name that transcripts and failures print", r.Named("greylist")},
		{"Required", "a test fails if the rule never fires", r.Required()},
	}
}
