package storetest

import (
	"encoding/json"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// A store may keep a record and an envelope as JSON: the suite must not ask
// for what that does not keep.
func TestSessionSurvivesJSON(t *testing.T) {
	want := newSession(1)
	got := *want
	got.Record = &record.Session{}
	if err := json.Unmarshal([]byte(jsonOf(want.Record)), got.Record); err != nil {
		t.Fatal(err)
	}
	if g, w := sessionText(&got), sessionText(want); g != w {
		t.Errorf("%s\nwant\n%s", g, w)
	}
	for i := range 12 {
		envelope, back := libraryEnvelope(i), record.Envelope{}
		if err := json.Unmarshal([]byte(jsonOf(envelope)), &back); err != nil || jsonOf(back) != jsonOf(envelope) {
			t.Errorf("%s\nwant\n%s", jsonOf(back), jsonOf(envelope))
		}
	}
}
