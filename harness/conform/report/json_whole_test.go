package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
)

func TestPiecesAreTheWhole(t *testing.T) {
	trial := &conform.Trial{Script: "<a>", Unit: time.Second}
	for _, trials := range []map[string][]*conform.Trial{
		nil, {}, {"one": {trial}}, {"b": {trial, trial}, "a\"": nil, "": {}, `"trials":null`: {trial}},
	} {
		r := &conform.Report{Client: `"trials":null`, Profile: &conform.Profile{Why: "<&>"}, Trials: trials}
		var want, got bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(r); err != nil {
			t.Fatal(err)
		}
		if err := writeWhole(&got, r); err != nil || got.String() != want.String() {
			t.Errorf("%v\n got %s\nwant %s", err, &got, &want)
		}
	}
}
