package conform

import "time"

// Profile is what calibration found out about a client.
type Profile struct {
	Works      bool             `json:"works"`              // it delivers an ordinary message
	Why        string           `json:"why,omitempty"`      // it does not
	Startup    time.Duration    `json:"startup"`            // from its start to its connection
	Sessions   int              `json:"sessions,omitempty"` // that it begins for an ordinary message; 0 = not counted
	Mode       string           `json:"mode"`               // "raw", "compose" or "both"
	Abilities  map[Need]Ability `json:"abilities"`
	Extensions []string         `json:"extensions,omitempty"` // used when everything is offered
	Mechanisms []string         `json:"mechanisms,omitempty"` // of AUTH, that it can do
	Adds       []string         `json:"adds,omitempty"`       // header fields it adds to a raw message
	Alters     bool             `json:"alters,omitempty"`     // it changes the octets of a raw message
	Verifies   bool             `json:"verifies,omitempty"`   // it refuses an unknown CA
	Classes    bool             `json:"classes,omitempty"`    // it tells temporary from permanent failures
	Codes      bool             `json:"codes,omitempty"`      // it tells the reply code
	Legacy     bool             `json:"legacy,omitempty"`     // it speaks no TLS newer than 1.1
	Endless    bool             `json:"endless,omitempty"`    // it waited for a reply until the guard ended it
	Claims     []string         `json:"claims,omitempty"`     // what it claims and calibration did not find
}

// Ability is whether a client has a Need, with the reason.
type Ability struct {
	Has  bool   `json:"has"`
	Text string `json:"text,omitempty"`
}

// Composes says that the client is given parts to compose in an ordinary job.
func (p *Profile) Composes() bool { return p.Mode == "compose" }

// Has says that the client has the ability.
func (p *Profile) Has(n Need) bool { return p.Abilities[n].Has }

// set keeps an ability, with the reason if the client does not have it.
func (p *Profile) set(n Need, has bool, text string) {
	if p.Abilities == nil {
		p.Abilities = map[Need]Ability{}
	}
	if has {
		text = ""
	}
	p.Abilities[n] = Ability{has, text}
}

// missing returns the first of needs that the client does not have, with the
// reason why a scenario is not for it.
func (p *Profile) missing(needs []Need) (reason string, missing bool) {
	for _, n := range needs {
		if a := p.Abilities[n]; !a.Has {
			if a.Text == "" {
				return "needs " + string(n), true
			}
			return "needs " + string(n) + ": " + a.Text, true
		}
	}
	return "", false
}
