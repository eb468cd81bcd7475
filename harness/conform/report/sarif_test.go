package report_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"
)

// What the schema of SARIF 2.1.0 requires, and what viewers need beyond it.
func TestSARIFHasItsShape(t *testing.T) {
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						HelpURI          string
						ShortDescription struct{ Text string }
						Help             struct{ Text string }
					}
				}
			}
			Invocations []struct {
				ExecutionSuccessful *bool
				StartTimeUTC        time.Time
			}
			Results []struct {
				RuleID, Level string
				RuleIndex     int
				Message       struct{ Text string }
				Locations     []struct {
					LogicalLocations []struct{ FullyQualifiedName string }
				}
				Suppressions []struct{ Kind, Justification string }
			}
		}
	}
	if err := json.Unmarshal([]byte(write(t, byName(t, "sarif"), testReport("a", hostile), testReport("b", "x"))), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 2 {
		t.Fatalf("version %q, schema %q, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	for _, run := range log.Runs {
		rules := run.Tool.Driver.Rules
		if run.Tool.Driver.Name == "" || len(rules) != len(testScenarios) || len(run.Results) != 3 || run.Invocations[0].ExecutionSuccessful == nil || run.Invocations[0].StartTimeUTC.IsZero() {
			t.Fatalf("%d rules, %d results", len(rules), len(run.Results))
		}
		for _, r := range rules {
			if u, err := url.Parse(r.HelpURI); r.ID == "" || r.ShortDescription.Text == "" || r.Help.Text == "" || err != nil || r.HelpURI != "" && !u.IsAbs() {
				t.Errorf("rule %+v", r)
			}
		}
		for _, r := range run.Results {
			if rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || len(r.Locations) != 1 || r.Locations[0].LogicalLocations[0].FullyQualifiedName == "" {
				t.Errorf("result %+v", r)
			}
			if want := map[string]string{"size-zero": "error", "x-expected": "error", "x-warn": "warning"}[r.RuleID]; r.Level != want {
				t.Errorf("%s is of level %s", r.RuleID, r.Level)
			}
			if (r.RuleID == "x-expected") != (len(r.Suppressions) == 1) {
				t.Errorf("%s: suppressions %v", r.RuleID, r.Suppressions)
			}
		}
	}
}
