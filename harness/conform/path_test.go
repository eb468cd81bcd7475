package conform

import (
	"reflect"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestPath(t *testing.T) {
	for line, want := range map[string]Path{
		"MAIL FROM:<>":                     {Brackets: true},
		"mail from:<a@b> SIZE=1 BODY=7BIT": {Address: "a@b", Brackets: true, Rest: " SIZE=1 BODY=7BIT", Parameter: []string{"SIZE=1", "BODY=7BIT"}},
		"RCPT TO: <a@b>":                   {Address: "a@b", Brackets: true, Blank: true},
		"RCPT TO:a@b X":                    {Address: "a@b", Rest: "X", Parameter: []string{"X"}},
		`RCPT TO:<"a> b"@c>`:               {Address: `"a> b"@c`, Brackets: true},
		`RCPT TO:<"a\"> b"@c> X`:           {Address: `"a\"> b"@c`, Brackets: true, Rest: " X", Parameter: []string{"X"}},
		"RCPT TO:<b@example.net>NOTIFY=X>": {Address: "b@example.net", Brackets: true, Rest: "NOTIFY=X>", Parameter: []string{"NOTIFY=X>"}},
		"RCPT TO:<@a,@b:c@d>":              {Address: "@a,@b:c@d", Brackets: true},
	} {
		got, ok := Said{Command: record.NewCommand(line)}.Path()
		if want.Parameter == nil {
			want.Parameter = []string{}
		}
		if got.Parameter == nil {
			got.Parameter = []string{}
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
	for _, line := range []string{"DATA", "MAIL a@b", "RCPTTO:<a@b>"} {
		if p, ok := (Said{Command: record.NewCommand(line)}).Path(); ok {
			t.Errorf("%s: %+v", line, p)
		}
	}
}
