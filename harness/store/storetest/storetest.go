// Package storetest checks the contract of package store, sentence by sentence.
// Every store runs the same suite:
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T, o storetest.Options) store.Store { … })
//	}
package storetest

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Options are how a test wants its store.
type Options struct {
	Retention store.Retention
	Digester  store.Digester
	Events    int // that a watch can be resumed over; 0 = the store's default
}

// Run checks a store. open returns an empty one that nothing else writes to;
// the suite closes it, and what it lies in goes with t.
func Run(t *testing.T, open func(t *testing.T, o Options) store.Store) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := test.options
			o.Digester = store.Digester{Lint: breaches}
			test.check(newBox(t, open(t, o), o))
		})
	}
}

var tests = []struct {
	name    string
	options Options
	check   func(*box)
}{
	{"content is byte-exact", Options{}, checkContent},
	{"envelope stands apart", Options{}, checkEnvelope},
	{"digest is whole", Options{}, checkDigest},
	{"what is not there", Options{}, checkMissing},
	{"an ID is used once", Options{}, checkUsedID},
	{"one order", Options{}, checkOrder},

	{"page bounds", Options{}, checkPageBounds},
	{"paging", Options{}, checkPaging},
	{"paging while mail comes and goes", Options{}, checkPagingUnderChange},
	{"total", Options{}, checkTotal},

	{"update", Options{}, checkUpdate},
	{"tags", Options{}, checkTags},
	{"tags are counted", Options{}, checkTagCounts},
	{"selection", Options{}, checkSelection},
	{"delete", Options{}, checkDelete},

	{"sessions", Options{}, checkSessions},
	{"pages of sessions", Options{}, checkSessionPages},
	{"kinds of sessions", Options{}, checkSessionKinds},
	{"runs are apart", Options{}, checkRunsApart},
	{"runs", Options{}, checkRuns},
	{"runs open with mail", Options{}, checkRunsOpen},
	{"runs expire", Options{}, checkRunsExpire},

	{"watch", Options{}, checkWatch},
	{"watch is resumed", Options{}, checkWatchResumed},
	{"watch has a gap", Options{Events: 100}, checkWatchGap},
	{"watch never holds up mail", Options{Events: 100}, checkSlowWatch},
	{"watch ends", Options{}, checkWatchEnds},

	{"search finds words", Options{}, checkSearchWords},
	{"search means what Match says", Options{}, checkSearchTrees},
	{"search sees what was put", Options{}, checkSearchSees},

	{"retention by count", Options{Retention: store.Retention{Messages: 10}}, checkRetentionCount},
	{"retention by octets", Options{Retention: store.Retention{Bytes: 5000}}, checkRetentionBytes},
	{"retention by age", Options{Retention: store.Retention{Age: age}}, checkRetentionAge},
	{"retention of sessions", Options{Retention: store.Retention{Sessions: 5}}, checkRetentionSessions},
	{"too large to keep", Options{Retention: store.Retention{Bytes: 5000}}, checkTooLarge},

	{"info", Options{}, checkInfo},
	{"everything at once", Options{Events: 1000, Retention: store.Retention{Messages: 200}}, checkConcurrent},
	{"context has ended", Options{}, checkContext},
	{"closed", Options{}, checkClosed},
}
