package wire

import "github.com/smtpspec/smtpspec/harness/record"

// commandList holds the commands of a session that goes on. It grows page by
// page: one list that grows would copy a long session again and again.
type commandList struct {
	full [][]record.Command
	page []record.Command // the one being filled
	n    int
}

func (l *commandList) add(c record.Command) {
	const first, most = 8, 128
	switch {
	case l.page == nil:
		l.page = make([]record.Command, 0, first)
	case len(l.page) == cap(l.page):
		l.full = append(l.full, l.page)
		l.page = make([]record.Command, 0, min(2*len(l.page), most))
	}
	l.page = append(l.page, c)
	l.n++
}

// newest returns the command that was added last, nil if there is none.
func (l *commandList) newest() *record.Command {
	if l.n == 0 {
		return nil
	}
	return &l.page[len(l.page)-1]
}

// all returns a copy of the commands in one piece, nil if there are none.
func (l *commandList) all() []record.Command {
	if l.n == 0 {
		return nil
	}
	all := make([]record.Command, 0, l.n)
	for _, page := range l.full {
		all = append(all, page...)
	}
	return append(all, l.page...)
}
