package report

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The objects of SARIF 2.1.0 that a report needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifAutomation   `json:"automationDetails"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string          `json:"id"`
		Short      sarifText       `json:"shortDescription"`
		Full       sarifText       `json:"fullDescription"`
		Help       sarifText       `json:"help"`
		HelpURI    string          `json:"helpUri,omitempty"`
		Default    sarifDefault    `json:"defaultConfiguration"`
		Properties sarifProperties `json:"properties"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Tags []string `json:"tags"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		OK    bool   `json:"executionSuccessful"`
		Start string `json:"startTimeUtc"`
		End   string `json:"endTimeUtc"`
	}
	sarifResult struct {
		Rule         string             `json:"ruleId"`
		Index        int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Logical []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		Name string `json:"name"`
		Full string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/smtpspec/smtpspec"
)

// writeSARIF writes a run for each client, a rule for each scenario, and a
// result for each that failed or warned.
func writeSARIF(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{}}
	for _, r := range reports {
		log.Runs = append(log.Runs, sarifRunOf(scenarios, r))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(log)
}

func sarifRunOf(scenarios []*conform.Scenario, r *conform.Report) sarifRun {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "smtpspec", Version: peer(r.Tool), URI: homepage, Rules: []sarifRule{}}},
		Automation: sarifAutomation{"smtpspec/" + peer(r.Client)},
		Invocations: []sarifInvocation{{len(r.Broken()) == 0 && r.Profile.Works,
			r.Started.UTC().Format(time.RFC3339), r.Started.Add(r.Took).UTC().Format(time.RFC3339)}},
		Results: []sarifResult{},
	}
	for i, row := range rows(scenarios, r) {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(row.Scenario))
		if word := row.Result.Verdict.Word; word == conform.Fail || word == conform.Warn {
			run.Results = append(run.Results, sarifResultOf(r, row, i))
		}
	}
	return run
}

func sarifRuleOf(s *conform.Scenario) sarifRule {
	rule := sarifRule{ID: s.ID, Short: sarifText{s.Title}, Full: sarifText{s.Title + ". " + s.Expect}, Default: sarifDefault{"warning"},
		Properties: sarifProperties{[]string{"smtp", groupOf(s).Name, string(s.Level)}}}
	if s.Level.Binds() {
		rule.Default.Level = "error"
	}
	if len(s.Cites) > 0 {
		rule.HelpURI = s.Cites[0].URL()
	}
	var help []string
	for _, b := range rfc.Binding(s.ID) {
		help = append(help, b.Cite.String()+": "+b.Text)
	}
	for _, text := range []string{s.EffectText(), s.FixText()} {
		if text != "" {
			help = append(help, text)
		}
	}
	if help == nil {
		help = []string{s.Expect}
	}
	rule.Help.Text = strings.Join(help, "\n")
	return rule
}

func sarifResultOf(r *conform.Report, row row, index int) sarifResult {
	level := "warning"
	if row.Result.Verdict.Word == conform.Fail {
		level = "error"
	}
	result := sarifResult{Rule: row.ID, Index: index, Level: level, Message: sarifText{sarifMessage(row.Result.Verdict.Text)},
		Locations:    []sarifLocation{{[]sarifLogical{{peer(r.Client), peer(r.Client) + "/" + row.ID, "module"}}}},
		Fingerprints: map[string]string{"clientScenario/v1": peer(r.Client) + "/" + row.ID}}
	if row.Result.Expected != "" {
		result.Suppressions = []sarifSuppression{{"external", visible(row.Result.Expected)}}
	}
	return result
}

var sarifPlaceholder = regexp.MustCompile(`\{(\d+)\}`)

// sarifMessage writes evidence as the text of a message, in which "[a](b)" would
// be a link and "{0}" an argument.
func sarifMessage(evidence string) string {
	text := strings.ReplaceAll(visible(evidence), "](", "] (")
	if text == "" {
		text = "no evidence"
	}
	return sarifPlaceholder.ReplaceAllString(text, "{{$1}}")
}
