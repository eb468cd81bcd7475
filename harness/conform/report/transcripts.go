package report

import (
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// maxTranscript is how many octets of transcripts a plain text shows for one
// scenario.
const maxTranscript = 12000

// transcriptsOf returns the transcripts of the first runs that a result rests
// on, as text.
func transcriptsOf(r *conform.Report, result *conform.Result) string {
	var b strings.Builder
	for _, script := range result.Scripts {
		runs := r.Trials[script]
		if len(runs) == 0 || runs[0] == nil {
			continue
		}
		fmt.Fprintf(&b, "run of %s, the client said: %s\n", visible(script), told(runs[0]))
		for _, s := range runs[0].Sessions {
			b.WriteString(s.Transcript())
		}
		if len(runs[0].Sessions) == 0 {
			b.WriteString("  no session\n")
		}
	}
	return record.Clip(visibleLines(b.String()), maxTranscript)
}

// told says in words what the client reported.
func told(run *conform.Trial) string {
	return visible((&conform.Case{Trial: run}).Told())
}
