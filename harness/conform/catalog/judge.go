package catalog

import "github.com/smtpspec/smtpspec/harness/conform"

// judge decides what a run says of a client.
type judge = func(*conform.Case) conform.Verdict

// inTurn asks judges in turn, until one does not pass: the first that has
// something to say says it.
func inTurn(judges ...judge) judge {
	return func(c *conform.Case) (v conform.Verdict) {
		for _, judge := range judges {
			if v = judge(c); v.Word != conform.Pass {
				break
			}
		}
		return v
	}
}
