package wire

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestCommandList(t *testing.T) {
	var list commandList
	if list.newest() != nil || list.all() != nil {
		t.Error("an empty list has a command")
	}
	for n := range 1000 {
		list.add(record.Command{Size: n})
		list.newest().Reply.Code = n
		if n%37 != 0 && n < 990 {
			continue
		}
		all := list.all()
		if len(all) != n+1 || list.n != n+1 {
			t.Fatalf("%d commands and %d counted, want %d", len(all), list.n, n+1)
		}
		for i, c := range all {
			if c.Size != i || c.Reply.Code != i {
				t.Fatalf("of %d commands, number %d is %d with reply %d", len(all), i, c.Size, c.Reply.Code)
			}
		}
	}
}

func TestCommandListGivesACopy(t *testing.T) {
	var list commandList
	list.add(record.Command{Verb: "MAIL"})
	all := list.all()
	list.newest().Reply.Code = 250
	if all[0].Reply.Code != 0 {
		t.Error("a reply found its way into a copy that was made before")
	}
}
