package conform

import "github.com/smtpspec/smtpspec/harness/rfc"

// Scenario is one question about a client.
type Scenario struct {
	ID     string // "greet-multiline": stable, speaking, never reused
	Group  *Group
	Tier   int // 1 = first, 2, 3 = service extensions that few clients speak
	Title  string
	Level  rfc.Level
	Cites  []rfc.Cite
	Expect string // what passes, what warns, what fails, in words
	Effect string // what a failure does to mail; "" = the group's
	Fix    string // the usual fix; "" = the group's

	Needs   []Need    // what a client must be able to do, or the scenario does not apply
	Scripts []*Script // what is played; scenarios that share a Script share its run
	Judge   func(*Case) Verdict

	// Overall, in place of Scripts and Judge, looks at the other results.
	Overall func(*Report) Verdict
}

// Group is the part of a session that scenarios are about.
type Group struct {
	Name   string // "greet"
	Title  string
	Effect string
	Fix    string
}

// EffectText returns what a failure does to mail.
func (s *Scenario) EffectText() string {
	if s.Effect != "" || s.Group == nil {
		return s.Effect
	}
	return s.Group.Effect
}

// FixText returns the usual fix.
func (s *Scenario) FixText() string {
	if s.Fix != "" || s.Group == nil {
		return s.Fix
	}
	return s.Group.Fix
}

// Need is something that not every client can do, or be told to do.
// Calibration finds out which a client has.
type Need string

const (
	NeedRaw              Need = "raw"               // sends octets as given
	NeedCompose          Need = "compose"           // builds a message from its parts
	NeedAttach           Need = "attach"            // composes attachments
	NeedBcc              Need = "bcc"               // composes for blind copies
	NeedMultiRcpt        Need = "multi-rcpt"        // several recipients in a job
	NeedManyRcpt         Need = "101"               // more than a hundred of them
	NeedMultiMsg         Need = "multi-msg"         // several messages in a job
	NeedHelo             Need = "cfg-helo"          // takes the name for EHLO
	NeedFrom             Need = "cfg-from"          // takes any reverse-path, "" too
	NeedRcpt             Need = "cfg-rcpt"          // takes any forward-path
	NeedTimeout          Need = "cfg-timeout"       // has a time-out within the guard
	NeedSlow             Need = "slow"              // minutes of waiting are allowed, or time is virtual
	NeedStartTLS         Need = "starttls"          // can require STARTTLS
	NeedStartTLSOptional Need = "starttls-optional" // takes STARTTLS if it is offered
	NeedImplicitTLS      Need = "itls"
	NeedAuth             Need = "auth"
	NeedExternal         Need = "external"
	NeedSCRAM            Need = "scram"
	NeedXOAUTH2          Need = "xoauth2"
	NeedPipelining       Need = "pipelining"
	NeedChunking         Need = "bdat"
	NeedDSN              Need = "dsn"
	NeedLMTP             Need = "lmtp"
	NeedRequireTLS       Need = "rtls"
	Need8bit             Need = "8bit"       // declares BODY=8BITMIME
	NeedDNS              Need = "dns"        // meets a host name with several addresses
	NeedEHLO             Need = "sends-ehlo" // says EHLO and not only HELO
)
