package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/dialogue"
)

// why sums up how a session went.
type why struct {
	Good    bool
	Text    string // one sentence: who refused what, and what the client did then
	Line    int    // command that it is about, from 1; 0 for none
	Meaning string // of the codes; "" for none
	Rule    string // the fault that did it; "" for the server's own answer
	Taken   string // that messages were taken all the same; "" if none was
}

func whyOf(w *words, o *api.Conversation, refused *dialogue.Refusal) why {
	taken := len(o.View.Messages)
	if refused == nil {
		return withoutRefusal(w, o.Record.End, taken)
	}
	out := why{Line: refused.Command, Rule: refused.Reply.Rule, Meaning: meaning(w, refused.Reply)}
	out.Text = w.text("why.sentence", what(w, refused), next(w, refused.Next))
	if taken > 0 {
		out.Taken = w.text("why.taken", taken)
	}
	return out
}

// withoutRefusal is for sessions in which nobody was told no.
func withoutRefusal(w *words, end record.End, taken int) why {
	out := why{Good: end == record.EndQuit, Text: w.text("why.none")}
	if !out.Good {
		out.Text = w.text("why.none.but", w.text("end."+endKey(end)))
	}
	if taken > 0 {
		out.Taken = w.text("why.messages", taken)
	}
	return out
}

// what says who refused what.
func what(w *words, refused *dialogue.Refusal) string {
	reply := record.Clip(refused.Reply.String(), 300)
	if refused.Reply.Code == 0 {
		return w.text("why.silent", verbOf(refused))
	}
	stage := strings.ToLower(string(refused.Stage))
	switch refused.Stage {
	case record.MAIL, record.RCPT:
		return w.text("why.path."+stage, "<"+refused.Object+">", reply)
	case record.AUTH:
		if refused.Object != "" {
			return w.text("why.auth.user", refused.Object, reply)
		}
	case record.CONNECT, record.STARTTLS, record.DATA, record.BODY:
	default:
		if refused.Verb == "" {
			return w.text("why.farewell", reply)
		}
		return w.text("why.command", record.Clip(refused.Verb, 40), reply)
	}
	return w.text("why.stage."+stage, reply)
}

func verbOf(refused *dialogue.Refusal) string {
	switch refused.Verb {
	case "":
		return string(refused.Stage)
	case string(record.BODY):
		return "DATA"
	}
	return record.Clip(refused.Verb, 40)
}

// next says what the client did then.
func next(w *words, n dialogue.Next) string {
	switch {
	case n.Verb == "":
		return w.text("then." + endKey(n.End))
	case n.Verb == "QUIT":
		return w.text("then.said.quit")
	case n.Same:
		return w.text("then.again", n.Verb)
	}
	return w.text("then.on", n.Verb)
}

// enhanced are the codes of RFC 3463 whose meaning the catalogue has, without
// their class.
var enhanced = []string{"1.0", "1.1", "1.2", "1.3", "1.6", "1.7", "1.8", "1.10", "2.0", "2.1", "2.2", "2.3", "3.0", "3.1", "3.2", "3.4",
	"4.2", "5.0", "5.1", "5.2", "5.3", "5.4", "6.0", "6.7", "7.0", "7.1", "7.8", "7.9", "7.11"}

// meaning says what code and enhanced code mean.
func meaning(w *words, r record.Reply) string {
	if r.Code == 0 {
		return ""
	}
	var parts []string
	if _, code, ok := strings.Cut(r.Enhanced, "."); ok && slices.Contains(enhanced, code) {
		parts = append(parts, fmt.Sprintf("%s: %s", r.Enhanced, w.text("enhanced."+code)))
	}
	if r.Code/100 == 4 {
		parts = append(parts, w.text("why.temporary"))
	} else {
		parts = append(parts, w.text("why.permanent"))
	}
	return strings.Join(parts, " ")
}

var endKeys = map[record.End]string{
	record.StillOpen: "open", record.EndQuit: "quit", record.EndClientClosed: "closed", record.EndClientReset: "reset", record.EndDropped: "dropped",
	record.EndTimedOut: "silent", record.EndTLSFailed: "handshake", record.EndRefused: "refused", record.EndServerClosed: "server",
}

// endKey is that of the texts about an end.
func endKey(end record.End) string {
	if key, ok := endKeys[end]; ok {
		return key
	}
	return "open"
}
