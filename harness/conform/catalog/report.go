package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var reportGroup = &conform.Group{Name: "report", Title: "What the client tells",
	Effect: "Whoever asked for the mail does not learn what became of it, or why, and can neither mend it nor try again at the right time.",
	Fix:    "Hand on the reply: its code, its enhanced code, all of its lines, the recipient and the step; report success only behind the final 2yz.",
}

var report = of(reportGroup,
	scenario{ID: "report-exit-zero", Tier: 2, Title: "Success only if the server accepted", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect:  "passes: in every run success is reported exactly if each recipient got a final 2yz; fails: otherwise.",
		Effect:  "Mail is lost and nobody is told, or it is sent again by whoever believes that it failed.",
		Overall: truthful},
	scenario{ID: "report-temp-perm", Tier: 2, Title: "Temporary and permanent failures can be told apart", Level: rfc.SHOULD, RFC: "5321 §4.2.1",
		Expect:  "passes: 451 and 554 behind the message have different exit codes or errors; warns: only their texts differ, or nothing.",
		Overall: tellsClasses},
	scenario{ID: "report-code", Tier: 2, Title: "The reply code is told", Level: rfc.SHOULD, RFC: "5321 §4.2",
		Expect: "passes: 550 is in the text or the error; warns: it is not.",
		Script: refusesRcpt, Judge: told550},
	scenario{ID: "report-text", Tier: 2, Title: "The whole text of the reply is told", Level: rfc.SHOULD, RFC: "5321 §4.2.1",
		Expect: "passes: both lines of the reply are told; warns: one of them, or none.",
		Script: &conform.Script{Text: "the message is answered 554 with two lines", Rules: []harness.Rule{harness.On(harness.BODY).ReplyRaw([]byte("554-line one\r\n554 line two https://x.example/why\r\n"))}},
		Judge:  wholeText},
	scenario{ID: "report-recipient", Tier: 2, Title: "The refused recipient is named", Level: rfc.SHOULD, RFC: "5321 §6.1",
		Expect: "passes: its address is in the text or the error; warns: it is not; fails: success is reported.",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: refusesMiddle,
		Judge:  namesRecipient},
	scenario{ID: "report-stage", Tier: 2, Title: "The step that failed is named", Level: rfc.INFO, RFC: "5321 §4.2",
		Expect:  "tells at which of MAIL, RCPT and the message the client names the step.",
		Scripts: []*conform.Script{refusesMail, refusesRcpt, refusesFinal}, Judge: namesStep},
	scenario{ID: "report-cert", Tier: 2, Title: "A certificate's fault is named", Level: rfc.SHOULD, RFC: "3207 §4.1",
		Expect:  "passes: it is said that a certificate is expired, is for another host, or is from nobody known; warns: only that TLS failed.",
		Needs:   []conform.Need{conform.NeedStartTLS},
		Scripts: []*conform.Script{faultScript("expired"), faultScript("wronghost"), faultScript("untrusted")},
		Judge:   namesCertificateFault},
)

// truthful looks at every run of the report for one that was told wrongly.
func truthful(r *conform.Report) conform.Verdict {
	var wrong []string
	judged := 0
	for id, runs := range r.Trials {
		if conform.Calibrates(id) {
			continue
		}
		if len(runs) == 0 || runs[0].Error != "" || slices.ContainsFunc(runs, (*conform.Trial).WasLate) {
			continue
		}
		truth := conform.TruthOf(runs[0])
		if truth != conform.Unclassified {
			judged++
		}
		same := !slices.ContainsFunc(runs, func(run *conform.Trial) bool { return conform.TruthOf(run) != truth })
		if same && (truth == conform.FalseSuccess || truth == conform.FalseFailure) {
			wrong = append(wrong, fmt.Sprintf("%s in %s", truth, id))
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		more := ""
		if n := len(wrong) - 5; n > 0 {
			wrong, more = wrong[:5], fmt.Sprintf(" and %d more", n)
		}
		return conform.Verdict{Word: conform.Fail, Text: strings.Join(wrong, ", ") + more}
	}
	return conform.Verdict{Word: conform.Pass, Text: fmt.Sprintf("told the truth in %d runs", judged)}
}

// tellsClasses compares what calibration saw of 451 and 554.
func tellsClasses(r *conform.Report) conform.Verdict {
	temp, perm := r.Trials["probe-final-451"], r.Trials["probe-final-554"]
	if len(temp) == 0 || len(perm) == 0 {
		return conform.Verdict{Word: conform.Inconclusive, Text: "calibration did not come so far"}
	}
	t, p := &temp[0].Outcome, &perm[0].Outcome
	switch {
	case t.Class == conform.Queued || p.Class == conform.Queued:
		return conform.Verdict{Word: conform.NotApplicable, Text: "the client keeps the message and tells nothing at once"}
	case !t.Failure() || !p.Failure():
		return conform.Verdict{Word: conform.Inconclusive, Text: fmt.Sprintf("451 was reported as %s, 554 as %s", t.Class, p.Class)}
	case t.Class == conform.Temp && p.Class == conform.Perm:
		return conform.Verdict{Word: conform.Pass, Text: "451 is temporary, 554 permanent"}
	case t.Class == p.Class && t.Reports(451) && p.Reports(554):
		return conform.Verdict{Word: conform.Warn, Text: "only the code in the text tells 451 from 554"}
	}
	return conform.Verdict{Word: conform.Warn, Text: fmt.Sprintf("451 was reported as %s, 554 as %s", t.Class, p.Class)}
}

// failed asks a judge where the client reported a failure.
func failed(of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		switch {
		case c.Outcome.Class == conform.OK:
			return c.Fail("reported success, but the server refused")
		case !c.Outcome.Failure():
			return c.NotApplicable("the client keeps the message and tells nothing at once")
		}
		return of(c)
	}
}

func told550(c *conform.Case) conform.Verdict {
	return failed(func(c *conform.Case) conform.Verdict {
		if !c.Outcome.Reports(550) {
			return c.Breach("550 is not in what it tells: %s", c.Told())
		}
		return c.Pass("reported %s", c.Told())
	})(c)
}

func wholeText(c *conform.Case) conform.Verdict {
	return failed(func(c *conform.Case) conform.Verdict {
		one, two := strings.Contains(c.Outcome.Text, "line one"), strings.Contains(c.Outcome.Text, "line two https://x.example/why")
		switch {
		case one && two:
			return c.Pass("both lines are told")
		case one:
			return c.Breach("the second line is not told: %s", c.Told())
		case two:
			return c.Breach("the first line is not told: %s", c.Told())
		}
		return c.Breach("neither line is told: %s", c.Told())
	})(c)
}

func namesRecipient(c *conform.Case) conform.Verdict {
	return failed(func(c *conform.Case) conform.Verdict {
		for name, class := range c.Outcome.Rcpts {
			if class != conform.OK && conform.SameMailbox(name, "r2@example.net") {
				return c.Pass("r2@example.net is named")
			}
		}
		if strings.Contains(c.Outcome.Text, "r2@example.net") {
			return c.Pass("r2@example.net is named")
		}
		return c.Breach("the refused recipient is not named: %s", c.Told())
	})(c)
}

// namesStep tells what is said of failures at MAIL, RCPT and the message.
func namesStep(c *conform.Case) conform.Verdict {
	words := [][]string{{"mail"}, {"rcpt", "recipient"}, {"data", "body", "message", "eod", "dot"}}
	var named, silent []string
	for i, at := range []string{"MAIL", "RCPT", "the message"} {
		o := &c.Trials[i].Outcome
		text := strings.ToLower(o.Stage + " " + o.Text)
		if o.Failure() && slices.ContainsFunc(words[i], func(w string) bool { return strings.Contains(text, w) }) {
			named = append(named, at)
		} else {
			silent = append(silent, at)
		}
	}
	switch {
	case silent == nil:
		return c.Info("named at %s", strings.Join(named, ", "))
	case named == nil:
		return c.Info("never named")
	}
	return c.Info("named at %s; not at %s", strings.Join(named, ", "), strings.Join(silent, ", "))
}

// namesCertificateFault looks for words that tell the three faults.
func namesCertificateFault(c *conform.Case) conform.Verdict {
	faults := []string{"expired", "for another host", "from nobody known"}
	words := [][]string{
		{"expired", "has expired", "not yet valid", "validity", "out of date"},
		{"host", "name", "valid for", "altname", "subject", "identity", "mismatch"},
		{"unknown", "authority", "issuer", "self-signed", "self signed", "untrusted", "not trusted", "trust anchor", "unable to get local", "verify"},
	}
	var unnamed []string
	refused := 0
	for i, run := range c.Trials {
		if !run.Outcome.Failure() {
			continue
		}
		refused++
		text := strings.ToLower(run.Outcome.Text)
		if !slices.ContainsFunc(words[i], func(w string) bool { return strings.Contains(text, w) }) {
			unnamed = append(unnamed, faults[i])
		}
	}
	switch {
	case refused == 0:
		return c.NotApplicable("the client refuses none of the certificates")
	case unnamed != nil:
		return c.Breach("it is not said that the certificate is %s", strings.Join(unnamed, ", or "))
	}
	return c.Pass("the fault is named for %d certificates", refused)
}
