package harness

import "github.com/smtpspec/smtpspec/harness/wire"

// Rule changes one thing about a good server: it names a stage, says when it
// applies, and what happens then. It is a value; see On.
type Rule = wire.Rule

// Exchange is what the functions given to Rule.When and Rule.Do look at. It is
// good until they return.
type Exchange = wire.Exchange

// On begins a rule for a stage:
//
//	On(RCPT).To("bad@*").FirstN(2).Reply(451, "4.7.1 later")
func On(s Stage) Rule { return wire.On(s) }
