package harness

import "time"

// The common faults. Each is a rule like any other: it takes conditions,
// Named and Required.

// RejectRecipient refuses recipients that match glob: RejectRecipient("bad@*",
// 550, "5.1.1 No such user").
func RejectRecipient(glob string, code int, lines ...string) Rule {
	return On(RCPT).To(glob).Reply(code, lines...)
}

// RejectSender refuses reverse-paths that match glob.
func RejectSender(glob string, code int, lines ...string) Rule {
	return On(MAIL).From(glob).Reply(code, lines...)
}

// RejectMessage refuses every message once its data is there: the client has
// done all it could, and has to keep the message or give it back.
func RejectMessage(code int, lines ...string) Rule {
	return On(BODY).Reply(code, lines...)
}

// Greylist refuses the first n attempts to reach recipients that match glob
// for now, RFC 6647.
func Greylist(glob string, n int) Rule {
	return On(RCPT).To(glob).FirstN(n).Reply(451, "4.7.1 Greylisted, try again later")
}

// RejectAuth refuses every AUTH command, RFC 4954 §6.
func RejectAuth() Rule {
	return On(AUTH).Reply(535, "5.7.8 Authentication credentials invalid").Named("RejectAuth()")
}

// NoSTARTTLS leaves STARTTLS out of EHLO's reply and refuses the command, as
// an attacker in the path would, RFC 3207 §6.
func NoSTARTTLS() Rule {
	return On(EHLO).Withhold("STARTTLS").Named("NoSTARTTLS()")
}

// ShutDown answers everything with 421 and closes, RFC 5321 §3.8.
func ShutDown() Rule {
	return On(ANY).Reply(421, "4.3.2 Service shutting down").ThenDrop().Named("ShutDown()")
}

// Slow lets every reply wait for d.
func Slow(d time.Duration) Rule { return On(ANY).Delay(d) }

// GoSilent never answers at a stage, nor anything after it: GoSilent(DATA).
func GoSilent(s Stage) Rule { return On(s).Stall() }

// LoseFinalReply takes the message and drops the connection before the 250. A
// client that sends it again has made two of it, RFC 1047.
func LoseFinalReply() Rule {
	return On(BODY).LoseReply().ThenDrop().Named("LoseFinalReply()")
}

// DropDuringData breaks the connection after n octets of message data.
func DropDuringData(n int64) Rule { return On(BODY).DropAfterBytes(n) }
