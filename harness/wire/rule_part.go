package wire

import "strconv"

// rulePart is one method of Rule, in all the forms that a rule has. The Go form
// and the JSON form are both read off the table ruleTable, so that neither
// knows a method that the other does not.
type rulePart struct {
	part   ruleParts
	key    string // of the JSON form; "" if it has none
	method string
	sample string // a JSON value that is right, for error messages
	goArgs func(Rule) string
	value  func(Rule) any
	parse  func(Rule, ruleNode) (Rule, error)
}

const (
	ruleCounters = partFirst | partNth | partEvery | partChance
	ruleFuncs    = partWhen | partDo
	ruleActions  = ruleAnswers | partDelay | partDrip | partSplit | partHold | partEarly | partTrail | partFlood |
		partThenDrop | partHalfClose | partNoCloseNotify | ruleTLS

	// ruleAnswers each say what the answer is, or that there is none.
	ruleAnswers = partReply | partReplyRaw | partDo | partWithhold | partAdvertise | ruleUnsent

	ruleUnsent     = ruleUnanswered | partLoseReply
	ruleUnanswered = ruleMute | partDrop | partReset | partDropAfterBytes
	ruleMute       = partStall | partStopReading // the connection stays, without a word

	ruleTLS         = partCertificate | partTLSVersions | partHandshake | partKeepPlaintext
	ruleNoHandshake = ruleUnsent | partThenDrop | partHalfClose // behind STARTTLS
	ruleGreeting    = ruleActions &^ (ruleTLS | partDelay)      // comes behind the handshake of implicit TLS
)

// ruleTable lists the methods in the order in which both forms write them.
var ruleTable = []rulePart{
	textPart(partTo, "to", "To", `"bad@*"`, func(r Rule) string { return r.to.text }, Rule.To),
	textPart(partFrom, "from", "From", `"*@example.org"`, func(r Rule) string { return r.from.text }, Rule.From),
	textPart(partArg, "arg", "Arg", `"* BODY=8BITMIME*"`, func(r Rule) string { return r.arg.text }, Rule.Arg),
	textPart(partHello, "hello", "Hello", `"client.example"`, func(r Rule) string { return r.hello.text }, Rule.Hello),
	numberPart(partInSession, "in_session", "InSession", func(r Rule) int { return r.inSession }, Rule.InSession),
	numberPart(partInTransaction, "in_transaction", "InTransaction", func(r Rule) int { return r.inTransaction }, Rule.InTransaction),
	numberPart(partOccurrence, "occurrence", "Occurrence", func(r Rule) int { return r.occurrence }, Rule.Occurrence),
	flagPart(partBeforeTLS, "before_tls", "BeforeTLS", Rule.BeforeTLS),
	flagPart(partInsideTLS, "inside_tls", "InsideTLS", Rule.InsideTLS),
	funcPart(partWhen, "When"),
	numberPart(partFirst, "first", "FirstN", func(r Rule) int { return r.first }, Rule.FirstN),
	numberPart(partNth, "nth", "Nth", func(r Rule) int { return r.nth }, Rule.Nth),
	numberPart(partEvery, "every", "Every", func(r Rule) int { return r.every }, Rule.Every),
	{partChance, "chance", "Chance", `{"p": 0.1, "seed": 1}`, goChance, chanceValue, parseChance},
	{partReply, "reply", "Reply", `"550 5.1.1 No such user"`, goReply, replyValue, parseReply},
	octetPart(partReplyRaw, "reply_raw", "ReplyRaw", func(r Rule) []byte { return r.act.raw }, Rule.ReplyRaw),
	funcPart(partDo, "Do"),
	listPart(partWithhold, "withhold", "Withhold", `["STARTTLS"]`, func(r Rule) []string { return r.act.withhold }, Rule.Withhold),
	listPart(partAdvertise, "advertise", "Advertise", `["SIZE 1000"]`, func(r Rule) []string { return r.act.advertise }, Rule.Advertise),
	{partDelay, "delay", "Delay", `"1.5s"`, goDelay, delayValue, parseDelay},
	{partDrip, "drip", "Drip", `{"chunk": 1, "every": "100ms"}`, goDrip, dripValue, parseDrip},
	{partSplit, "split", "Split", `[3, 7]`, goSplit, splitValue, parseSplit},
	flagPart(partHold, "hold", "Hold", Rule.Hold),
	octetPart(partEarly, "early", "Early", func(r Rule) []byte { return r.act.early }, Rule.Early),
	octetPart(partTrail, "trail", "Trail", func(r Rule) []byte { return r.act.trail }, Rule.Trail),
	numberPart(partFlood, "flood", "Flood", func(r Rule) int64 { return r.act.flood }, Rule.Flood),
	flagPart(partStall, "stall", "Stall", Rule.Stall),
	flagPart(partStopReading, "stop_reading", "StopReading", Rule.StopReading),
	flagPart(partDrop, "drop", "Drop", Rule.Drop),
	flagPart(partReset, "reset", "Reset", Rule.Reset),
	numberPart(partDropAfterBytes, "drop_after_bytes", "DropAfterBytes", func(r Rule) int64 { return r.act.dropAfter }, Rule.DropAfterBytes),
	flagPart(partLoseReply, "lose_reply", "LoseReply", Rule.LoseReply),
	flagPart(partThenDrop, "then_drop", "ThenDrop", Rule.ThenDrop),
	flagPart(partHalfClose, "half_close", "HalfClose", Rule.HalfClose),
	flagPart(partNoCloseNotify, "no_close_notify", "NoCloseNotify", Rule.NoCloseNotify),
	textPart(partCertificate, "certificate", "Certificate", `"expired"`, func(r Rule) string { return r.act.certificate }, Rule.Certificate),
	{partTLSVersions, "tls_versions", "TLSVersions", `{"min": "1.0", "max": "1.1"}`, goTLSVersions, tlsVersionsValue, parseTLSVersions},
	textPart(partHandshake, "handshake", "Handshake", `"drop"`, func(r Rule) string { return r.act.handshake }, Rule.Handshake),
	flagPart(partKeepPlaintext, "keep_plaintext", "KeepPlaintext", Rule.KeepPlaintext),
	textPart(partNamed, "name", "Named", `"greylist"`, func(r Rule) string { return r.name }, Rule.Named),
	flagPart(partRequired, "required", "Required", Rule.Required),
}

func textPart(part ruleParts, key, method, sample string, get func(Rule) string, set func(Rule, string) Rule) rulePart {
	return rulePart{part, key, method, sample,
		func(r Rule) string { return strconv.Quote(get(r)) },
		func(r Rule) any { return octetValue(get(r)) },
		func(r Rule, n ruleNode) (Rule, error) {
			text, err := n.octets()
			return set(r, text), err
		}}
}

func octetPart(part ruleParts, key, method string, get func(Rule) []byte, set func(Rule, []byte) Rule) rulePart {
	return rulePart{part, key, method, `"250 OK\r\n"`,
		func(r Rule) string { return "[]byte(" + strconv.Quote(string(get(r))) + ")" },
		func(r Rule) any { return octetValue(string(get(r))) },
		func(r Rule, n ruleNode) (Rule, error) {
			octets, err := n.octets()
			return set(r, []byte(octets)), err
		}}
}

func numberPart[N int | int64](part ruleParts, key, method string, get func(Rule) N, set func(Rule, N) Rule) rulePart {
	return rulePart{part, key, method, `2`,
		func(r Rule) string { return strconv.FormatInt(int64(get(r)), 10) },
		func(r Rule) any { return get(r) },
		func(r Rule, n ruleNode) (Rule, error) {
			var number N
			err := n.decode(&number)
			return set(r, number), err
		}}
}

// flagPart is a method without arguments. In JSON false is the same as nothing.
func flagPart(part ruleParts, key, method string, set func(Rule) Rule) rulePart {
	return rulePart{part, key, method, `true`,
		func(Rule) string { return "" },
		func(Rule) any { return true },
		func(r Rule, n ruleNode) (Rule, error) {
			var on bool
			if err := n.decode(&on); err != nil || !on {
				return r, err
			}
			return set(r), nil
		}}
}

func listPart(part ruleParts, key, method, sample string, get func(Rule) []string, set func(Rule, ...string) Rule) rulePart {
	return rulePart{part, key, method, sample,
		func(r Rule) string { return quotedList(get(r)) },
		func(r Rule) any { return octetValues(get(r)) },
		func(r Rule, n ruleNode) (Rule, error) {
			list, err := n.octetList()
			return set(r, list...), err
		}}
}

// funcPart is a method that takes a Go function: no text can hold it.
func funcPart(part ruleParts, method string) rulePart {
	return rulePart{part: part, method: method, goArgs: func(Rule) string { return "func" }}
}
