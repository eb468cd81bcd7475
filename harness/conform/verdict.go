package conform

import "fmt"

// Word is a verdict in one word.
type Word string

const (
	Pass          Word = "pass"
	Warn          Word = "warn"
	Fail          Word = "fail"
	Info          Word = "info"
	NotApplicable Word = "n/a"
	Inconclusive  Word = "inconclusive"
	Error         Word = "error" // the harness itself failed
)

// Verdict is what a Scenario says of a client, with the evidence.
type Verdict struct {
	Word  Word   `json:"word"`
	Text  string `json:"text"` // one line of evidence; peer text in it is escaped
	Marks []Mark `json:"marks,omitempty"`
}

// Mark points at what a verdict rests on.
type Mark struct {
	Script  string `json:"script"`           // whose run
	Session int    `json:"session"`          // ID of the session
	Command int    `json:"command"`          // index into its Commands from 1; 0 = the greeting
	Octets  string `json:"octets,omitempty"` // those that matter, clipped; escaped when shown
}

// End is how the last session of a run was ended.
type End string

const (
	EndQuit221 End = "quit+221" // QUIT, and its 221 was sent
	EndQuit    End = "quit"
	EndFIN     End = "fin"
	EndRST     End = "rst"
	EndAlert   End = "tls-alert"
	EndHang    End = "hang"
	EndServer  End = "server" // the server ended it
	EndNone    End = ""       // there was no session
)

// Truth compares what a client said of its mail with what became of it.
type Truth string

const (
	ToldTheTruth Truth = "told the truth"
	FalseSuccess Truth = "false success" // it lost mail and said it was sent
	FalseFailure Truth = "false failure" // it sent mail and said it was not: whoever tries again duplicates it
	Unclassified Truth = "unclassified"
)

func verdictf(w Word, format string, args []any) Verdict {
	return Verdict{Word: w, Text: fmt.Sprintf(format, args...)}
}

// At adds marks to the verdict.
func (v Verdict) At(marks ...Mark) Verdict {
	v.Marks = append(v.Marks[:len(v.Marks):len(v.Marks)], marks...)
	return v
}

// severity orders words from the best to the worst.
var severity = map[Word]int{Pass: 0, Info: 1, NotApplicable: 2, Warn: 3, Inconclusive: 4, Fail: 5, Error: 6}

// Worst returns the worst of verdicts, the first of those that are equal. It
// is Pass without any.
func Worst(verdicts ...Verdict) Verdict {
	worst := Verdict{Word: Pass}
	for i, v := range verdicts {
		if i == 0 || severity[v.Word] > severity[worst.Word] {
			worst = v
		}
	}
	return worst
}
