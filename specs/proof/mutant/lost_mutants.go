package mutant

// lostMutants are at fault where a connection is lost, or the server says that
// it goes.
var lostMutants = []Mutant{
	{Name: "lost-is-permanent", Text: "It takes a connection that is lost for a permanent failure.",
		Breaks: []string{"drop-ehlo", "drop-mail", "drop-rcpt", "drop-data", "drop-rst-mail", "drop-mid-reply", "drop-body", "drop-auth", "drop-half-close", "final-drop"},
		Report: claim(func(_ *Dialogue, c *Claim) {
			if c.Code == 0 {
				c.Transient = false
			}
		})},
	{Name: "421-is-permanent", Text: "It takes 421 for a permanent failure.",
		Breaks: []string{"shut421-ehlo", "shut421-mail", "shut421-rcpt", "shut421-data", "shut421-final", "shut421-auth", "shut421-starttls", "shut421-between", "reply-unsolicited-421"},
		Report: claim(func(_ *Dialogue, c *Claim) {
			if c.Code == 421 {
				c.Transient, c.Code = false, 0
			}
		})},
}
