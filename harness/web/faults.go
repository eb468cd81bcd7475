package web

import (
	"net/http"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

// preset is a fault that a click sets.
type preset struct {
	Name string // of its texts
	Rule string // its JSON form
}

// presets are the faults that applications meet.
var presets = []preset{
	{"greylist", `{"on":"RCPT","first":1,"reply":"451 4.7.1 Greylisted, try again later"}`},
	{"unknown", `{"on":"RCPT","to":"nobody@*","reply":"550 5.1.1 No such user"}`},
	{"full", `{"on":"RCPT","reply":"452 4.2.2 Mailbox full"}`},
	{"large", `{"on":"BODY","reply":"552 5.3.4 Message too big"}`},
	{"later", `{"on":"BODY","reply":"451 4.3.0 Try again later"}`},
	{"closing", `{"on":"DATA","reply":"421 4.3.2 Shutting down","then_drop":true}`},
	{"slow", `{"on":"ANY","delay":"2s"}`},
	{"cut", `{"on":"BODY","drop_after_bytes":100}`},
	{"lost", `{"on":"BODY","lose_reply":true,"then_drop":true}`},
	{"starttls", `{"on":"STARTTLS","reply":"454 4.7.0 TLS not available"}`},
	{"auth", `{"on":"AUTH","reply":"535 5.7.8 Authentication credentials invalid"}`},
}

// faultsPage lists the rules of the server.
type faultsPage struct {
	frame
	Rules   []api.Rule
	None    bool // this server has no faults that can be set
	Presets []preset
}

// faults shows the rules.
func (s *Site) faults(w http.ResponseWriter, r *request) error {
	page := faultsPage{frame: s.frame(r), None: s.api.Rules == nil, Presets: presets}
	if !page.None {
		var err error
		if page.Rules, err = s.api.Rules.List(r.Context(), r.run); err != nil {
			return err
		}
	}
	if r.partial() {
		var err error
		if page.Runs, err = s.runs(r); err != nil {
			return err
		}
		return s.write(w, r, http.StatusOK, "rules", page)
	}
	return s.write(w, r, http.StatusOK, "faults", page)
}
