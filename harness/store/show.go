package store

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Show names a kind of sessions. The zero value is all of them.
type Show string

// The kinds. A session may be of several.
const (
	ShowAll       Show = ""
	ShowMail      Show = "mail"      // a message was taken
	ShowRefused   Show = "refused"   // there was a reply of the 4yz or 5yz class
	ShowAborted   Show = "aborted"   // neither the client said QUIT nor the server sent it away
	ShowAnomalies Show = "anomalies" // a strict server would not like something
)

// Shows returns all kinds but ShowAll.
func Shows() []Show { return []Show{ShowMail, ShowRefused, ShowAborted, ShowAnomalies} }

// Is says that the session is of a kind.
func (s *Session) Is(kind Show) bool {
	switch kind {
	case ShowAll:
		return true
	case ShowMail:
		return len(s.Messages) > 0
	case ShowRefused:
		return slices.ContainsFunc(s.Codes, func(code int) bool { return code >= 400 })
	case ShowAborted:
		return s.End != record.EndQuit && s.End != record.EndRefused
	case ShowAnomalies:
		return s.Faults > 0
	}
	return false
}

// Sift makes the page p of sessions for a store that does not look at Show: next
// returns pages, and is asked for further ones until p is full or all were seen.
func Sift(p Page, next func(Page) ([]*Session, error)) ([]*Session, error) {
	if p.Show == ShowAll {
		return next(p)
	}
	step := p
	step.Show, step.Limit = ShowAll, MaxLimit
	var page []*Session
	for {
		found, err := next(step)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if !s.Is(p.Show) {
				continue
			}
			if page = append(page, s); len(page) == p.Size() {
				return page, nil
			}
		}
		if len(found) < step.Size() {
			return page, nil
		}
		if last := found[len(found)-1].Seq; p.Oldest {
			step.After = last
		} else {
			step.Before = last
		}
	}
}
