package catalog

import (
	"slices"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func TestScenariosAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		if seen[s.ID] {
			t.Errorf("%s is there twice", s.ID)
		}
		seen[s.ID] = true
		if s.Group == nil || s.Title == "" || s.Expect == "" || s.Level == "" || s.Tier < 1 || s.Tier > 3 || s.EffectText() == "" || s.FixText() == "" {
			t.Errorf("%s lacks something: %+v", s.ID, s)
		}
		if (s.Overall == nil) == (len(s.Scripts) == 0 || s.Judge == nil) {
			t.Errorf("%s has to have either scripts and a judge, or Overall", s.ID)
		}
	}
}

// A stored report names its scripts by their IDs.
func TestScriptsAreOneEach(t *testing.T) {
	byID := map[string]*conform.Script{}
	for _, s := range All() {
		for _, script := range s.Scripts {
			if other := byID[script.ID]; other != nil && other != script {
				t.Errorf("%s: two scripts are called %s", s.ID, script.ID)
			}
			byID[script.ID] = script
			if script.Text == "" {
				t.Errorf("%s does not say what the server does", script.ID)
			}
		}
	}
}

func TestRegisterAndCatalogueKnowEachOther(t *testing.T) {
	for _, sentence := range rfc.Sentences() {
		for _, id := range sentence.Scenarios {
			if _, ok := ByID(id); !ok {
				t.Errorf("sentence %s names the scenario %s, which there is not", sentence.ID, id)
			}
		}
	}
	for _, s := range All() {
		if s.Level.Binds() && len(s.Cites) > 0 && len(rfc.Binding(s.ID)) == 0 && !slices.Contains(withoutSentence, s.ID) {
			t.Errorf("%s cites an RFC, but no sentence of it", s.ID)
		}
	}
}

// withoutSentence are the scenarios that rest on a class of weakness and not
// on a sentence.
var withoutSentence = []string{"reply-ansi-escape", "reply-crlf-log", "auth-password-not-in-error", "sec-quadratic", "sec-ehlo-prototype", "sec-format-string", "sec-env-expansion"}
