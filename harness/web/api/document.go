package api

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// The document of OpenAPI 3.1 is written by hand. Tests hold it against the
// routes and against what they answer.
//
//go:embed openapi.json
var openAPI []byte

// document is what people are shown of it.
type document struct{ Operations []operation }

type operation struct {
	Method, Path, Summary string
	Parameters            []parameter
}

type parameter struct{ Name, In, Description string }

// methods are in the order in which they are shown.
var methods = []string{"get", "post", "patch", "delete"}

func readDocument() *document {
	var whole struct {
		Paths map[string]map[string]struct {
			Summary    string
			Parameters []parameter
		}
	}
	if err := json.Unmarshal(openAPI, &whole); err != nil {
		panic("api: openapi.json: " + err.Error())
	}
	var paths []string
	for path := range whole.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	d := &document{}
	for _, path := range paths {
		for _, method := range methods {
			if op, ok := whole.Paths[path][method]; ok {
				d.Operations = append(d.Operations, operation{strings.ToUpper(method), path, op.Summary, op.Parameters})
			}
		}
	}
	return d
}

func (a *API) getDocument(w http.ResponseWriter, _ *request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(openAPI)
	return err
}

// describe shows the routes to people.
func (a *API) describe(w http.ResponseWriter, r *request) error {
	w.Header().Set("Vary", "Accept")
	if !wantsHTML(r) {
		return writePlain(w, http.StatusOK, a.document.text())
	}
	return writePage(w, http.StatusOK, "api", a.document)
}

func (d *document) text() string {
	var b strings.Builder
	for _, op := range d.Operations {
		b.WriteString(op.Method + strings.Repeat(" ", 7-len(op.Method)) + op.Path + "\n    " + op.Summary + "\n")
		for _, p := range op.Parameters {
			b.WriteString("      " + p.Name + ": " + p.Description + "\n")
		}
	}
	return b.String()
}
