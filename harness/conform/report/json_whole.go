package report

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// writeWhole writes what an Encoder would, one script at a time: all trials
// together are tens of megabytes, several times over while they are encoded.
func writeWhole(w io.Writer, r *conform.Report) error {
	frame := *r
	frame.Trials = nil
	var b bytes.Buffer
	if err := encoderInto(&b).Encode(&frame); err != nil {
		return err
	}
	before, after, found := bytes.Cut(b.Bytes(), []byte(`"trials":null`)) // no text holds it: its quotes would be escaped
	if !found || r.Trials == nil {
		return writeEach(w, b.Bytes())
	}
	if err := writeEach(w, before, []byte(`"trials":{`)); err != nil {
		return err
	}
	if err := writeTrials(w, r.Trials); err != nil {
		return err
	}
	return writeEach(w, []byte("}"), after)
}

func writeTrials(w io.Writer, trials map[string][]*conform.Trial) error {
	e := encoderInto(unended{w})
	for i, script := range slices.Sorted(maps.Keys(trials)) {
		comma := []byte(",")
		err := writeEach(w, comma[:min(i, 1)])
		if err == nil {
			err = e.Encode(script)
		}
		if err == nil {
			err = writeEach(w, []byte(":"))
		}
		if err == nil {
			err = e.Encode(trials[script])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unended leaves out the line end that an Encoder writes behind each value,
// without a copy of it.
type unended struct{ io.Writer }

func (w unended) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(bytes.TrimSuffix(p, []byte("\n")))
	if err != nil {
		return n, err
	}
	return len(p), nil
}

func encoderInto(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

func writeEach(w io.Writer, pieces ...[]byte) error {
	for _, p := range pieces {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}
