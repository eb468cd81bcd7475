package record

import (
	"encoding/json"
	"testing"
)

var anomalies = []Anomaly{
	{Kind: "a", Text: "b", RFC: "RFC 5321 §2.3.8"},
	{Kind: "a", Text: "b"},
	{Kind: "a", Command: 2, Octets: "NOOP\n", Text: "b", RFC: "RFC 1"},
	{Kind: "a", Command: 2, Octets: "x", Offset: 17, Text: "b (c)", RFC: "RFC 1"},
	{Kind: "a", Command: 2, Octets: `"`, Offset: 17, More: 3, Text: `he said: "b"`, RFC: "RFC 1"},
	{Kind: "a", Command: 1, More: 3, Text: "b (c) at 3, 4 more", RFC: "RFC 1"},
	{Kind: "a", Command: 1, Octets: `\": "\x22 (RFC 2) at 5` + "\xff\x00\x1b бат ##[x]", Text: "\u202e", RFC: "RFC 1"},
}

func TestAnomalyInTranscript(t *testing.T) {
	for _, want := range anomalies {
		s := &Session{ID: 1, Remote: "memory:1", Commands: []Command{NewCommand("NOOP"), NewCommand("NOOP")}, Anomalies: []Anomaly{want}}
		back, err := ParseTranscript(s.Transcript())
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Anomalies) != 1 || back.Anomalies[0] != want {
			t.Errorf("%+v came back as %+v from:\n%s", want, back.Anomalies, s.Transcript())
		}
	}
}

func TestAnomalyInJSON(t *testing.T) {
	for _, want := range anomalies {
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Anomaly
		if err := json.Unmarshal(encoded, &got); err != nil || got != want {
			t.Errorf("%+v came back as %+v, %v from %s", want, got, err, encoded)
		}
	}
}

// Hand-written transcripts hold less.
func TestAnomalyByHand(t *testing.T) {
	for line, want := range map[string]Anomaly{
		"bare-lf":                           {Kind: "bare-lf"},
		"bare-lf: a line":                   {Kind: "bare-lf", Text: "a line"},
		"bare-lf: a line (RFC 5321)":        {Kind: "bare-lf", Text: "a line", RFC: "RFC 5321"},
		`bare-lf: a line (RFC 5321): "x\n"`: {Kind: "bare-lf", Text: "a line", RFC: "RFC 5321", Octets: "x\n"},
	} {
		if got := parseAnomaly(line); got != want {
			t.Errorf("%q is %+v, want %+v", line, got, want)
		}
	}
}
