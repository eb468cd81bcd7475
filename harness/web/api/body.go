package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/web/guard"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// readBody reads one JSON object into v. It has to be whole, of known members,
// each once and spelt as they are, with nothing behind it: a request that
// changes something must say all of what it means.
func readBody(w http.ResponseWriter, r *request, v any) error {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, guard.MaxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return problem.New(http.StatusRequestEntityTooLarge, "a body has at most %d octets", long.Limit)
	case err != nil:
		return problem.New(http.StatusBadRequest, "the body did not come whole")
	case !utf8.Valid(b):
		return problem.New(http.StatusBadRequest, "the body is not UTF-8")
	}
	return decodeObject(b, v)
}

func decodeObject(b []byte, v any) error {
	if err := checkMembers(b); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bodyProblem(b, err)
	}
	if len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return problem.New(http.StatusBadRequest, "something stands behind the JSON object").At(characters(b, d.InputOffset()))
	}
	return nil
}

// checkMembers looks at the outermost object, of which encoding/json would take
// the last of two members, and one in capitals for another.
func checkMembers(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return problem.New(http.StatusBadRequest, "the body has to be one JSON object").At(0)
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return bodyProblem(b, err)
		}
		name, _ := t.(string)
		if seen[name] || !isMember(name) {
			return problem.New(http.StatusBadRequest, "a member of the body is unknown or stands twice").At(characters(b, d.InputOffset()))
		}
		seen[name] = true
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return bodyProblem(b, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return bodyProblem(b, err)
	}
	return nil
}

// isMember says that a name is spelt as all members are: in snake_case.
func isMember(name string) bool {
	for _, c := range []byte(name) {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return name != ""
}

func bodyProblem(b []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		var whole json.RawMessage
		errors.As(json.Unmarshal(b, &whole), &syntax) // a decoder counts from where it stood
		return problem.New(http.StatusBadRequest, "the body is not JSON").At(characters(b, syntax.Offset))
	case errors.As(err, &kind):
		return problem.New(http.StatusBadRequest, "%s has to be %s", kind.Field, jsonKind(kind.Type.Kind().String())).At(characters(b, kind.Offset))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return problem.New(http.StatusBadRequest, "the body ends too early").At(characters(b, int64(len(b))))
	}
	return problem.New(http.StatusBadRequest, "the body has a member that this route does not know")
}

func jsonKind(kind string) string {
	switch kind {
	case "bool":
		return "true or false"
	case "string":
		return "a string"
	case "slice":
		return "a list"
	case "int", "int64":
		return "a number"
	}
	return "an object"
}

// characters is the position, in characters, behind so many octets.
func characters(b []byte, octets int64) int {
	return utf8.RuneCount(b[:min(max(octets, 0), int64(len(b)))])
}
