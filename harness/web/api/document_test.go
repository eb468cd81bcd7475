package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

const documentURL = "https://smtpspec.test/openapi.json"

// spec is the document as a test sees it.
type spec struct {
	Paths map[string]map[string]struct {
		OperationID string
		Parameters  []struct{ Name, In string }
		RequestBody *struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
			}
		}
		Responses map[string]struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
			}
		}
	}
	schemas *jsonschema.Compiler
}

func readSpec(b *box) *spec {
	b.Helper()
	w := b.ask("GET", "/api/openapi.json", "")
	s := &spec{schemas: jsonschema.NewCompiler()}
	if err := json.Unmarshal(w.Body.Bytes(), s); err != nil {
		b.Fatal(err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		b.Fatal(err)
	}
	s.schemas.AssertFormat()
	if err := s.schemas.AddResource(documentURL, whole); err != nil {
		b.Fatal(err)
	}
	return s
}

// fits says what of a JSON text is not as a schema has it.
func (s *spec) fits(ref string, text []byte) error {
	schema, err := s.schemas.Compile(documentURL + ref)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestDocumentAndRoutesAreTheSame(t *testing.T) {
	b := newBox(t)
	s := readSpec(b)
	documented := map[string]string{}
	for path, methods := range s.Paths {
		for method, op := range methods {
			var params []string
			for _, p := range op.Parameters {
				if p.In == "query" {
					params = append(params, p.Name)
				}
				if p.In == "path" != strings.Contains(path, "{"+p.Name+"}") {
					t.Errorf("%s %s: the parameter %s in %s", method, path, p.Name, p.In)
				}
			}
			slices.Sort(params)
			documented[strings.ToUpper(method)+" "+path] = strings.Join(params, " ")
		}
	}
	for _, rt := range api.Routes(b.api) {
		params := strings.Fields(rt.Params)
		slices.Sort(params)
		name := rt.Method + " " + strings.ReplaceAll(rt.Path, "{$}", "")
		got, ok := documented[name]
		if !ok || got != strings.Join(params, " ") {
			t.Errorf("%s has the parameters %q, documented %v with %q", name, rt.Params, ok, got)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("%s is documented and not there", name)
	}
}

// TestAnswersFitTheDocument asks every operation once at least, and holds what
// it answers against the schema of that status.
func TestAnswersFitTheDocument(t *testing.T) {
	b := newBox(t, withRules)
	s := readSpec(b)
	id := string(b.put("r", strings.ReplaceAll(hostileMail, "\n", "\r\n")))
	b.put("", mail("plain"))
	session := string(b.putSession("r"))
	seen := map[string]bool{}
	check := func(method, path, target, body string, want int) *httptest.ResponseRecorder {
		t.Helper()
		op, ok := s.Paths[path][strings.ToLower(method)]
		if !ok {
			t.Fatalf("%s %s is not documented", method, path)
		}
		seen[method+" "+path] = true
		w := b.ask(method, target, body)
		if w.Code != want {
			t.Errorf("%s %s: %d, want %d: %s", method, target, w.Code, want, w.Body)
			return w
		}
		response, ok := op.Responses[fmt.Sprint(w.Code)]
		if !ok && w.Code >= 400 {
			response, ok = op.Responses["default"]
		}
		if !ok {
			t.Errorf("%s %s: %d is not documented", method, path, w.Code)
		}
		contentType, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		content, ok := response.Content[contentType]
		if _, any := response.Content["*/*"]; !ok && !any && w.Code != http.StatusNoContent {
			t.Errorf("%s %s: %s is not documented for %d", method, path, contentType, w.Code)
		}
		if ref := content.Schema.Ref; ref != "" {
			if err := s.fits(ref, w.Body.Bytes()); err != nil {
				t.Errorf("%s %s: %v\n%s", method, target, err, w.Body)
			}
		}
		return w
	}
	m := "/api/messages/{id}"
	check("GET", "/api/messages", "/api/messages?limit=1", "", 200)
	check("GET", "/api/messages", "/api/messages?limit=0", "", 400)
	check("GET", m, "/api/messages/"+id, "", 200)
	check("GET", m, "/api/messages/latest", "", 200)
	check("GET", m, "/api/messages/nothing", "", 404)
	check("PATCH", m, "/api/messages/"+id, `{"read":true,"tags":["a"]}`, 200)
	check("PATCH", m, "/api/messages/"+id, `{}`, 400)
	check("PATCH", "/api/messages", "/api/messages", `{"ids":["`+id+`"],"read":true,"add_tags":["b"]}`, 200)
	check("PATCH", "/api/messages", "/api/messages", `{"all":true}`, 400)
	check("GET", "/api/tags", "/api/tags?run=r", "", 200)
	check("GET", m+"/raw", "/api/messages/"+id+"/raw", "", 200)
	check("GET", m+"/html", "/api/messages/"+id+"/html", "", 200)
	check("GET", m+"/html", "/api/messages/"+id+"/html?scheme=dark", "", 200)
	check("GET", m+"/html", "/api/messages/"+id+"/html?scheme=blue", "", 400)
	check("GET", m+"/text", "/api/messages/"+id+"/text", "", 200)
	check("GET", m+"/parts/{n}", "/api/messages/"+id+"/parts/2", "", 200)
	check("GET", "/api/sessions", "/api/sessions", "", 200)
	check("GET", "/api/sessions", "/api/sessions?show=refused", "", 200)
	check("GET", "/api/sessions", "/api/sessions?show=other", "", 400)
	check("GET", "/api/sessions/{id}", "/api/sessions/"+session, "", 200)
	check("GET", "/api/sessions/{id}", "/api/sessions/"+id, "", 404)
	check("GET", "/api/sessions/{id}/transcript", "/api/sessions/"+session+"/transcript", "", 200)
	check("GET", "/api/wait", "/api/wait?n=2", "", 200)
	check("GET", "/api/wait", "/api/wait?n=3&timeout=1ms", "", 408)
	check("POST", "/api/runs", "/api/runs", `{"name":"r","expires_in":"1h"}`, 201)
	check("POST", "/api/runs", "/api/runs", `{"name":"r"}`, 200)
	check("POST", "/api/runs", "/api/runs", `{"name":"../r"}`, 400)
	check("GET", "/api/runs", "/api/runs", "", 200)
	check("POST", "/api/rules", "/api/rules", `{"rule":{"on":"RCPT"},"run":"r"}`, 201)
	check("POST", "/api/rules", "/api/rules", `{"rule":{"wrong":1}}`, 400)
	check("GET", "/api/rules", "/api/rules", "", 200)
	check("PATCH", "/api/rules/{id}", "/api/rules/r1", `{"run":""}`, 200)
	check("DELETE", "/api/rules/{id}", "/api/rules/r1", "", 204)
	check("DELETE", "/api/rules/{id}", "/api/rules/r1", "", 404)
	check("GET", "/api/info", "/api/info", "", 200)
	check("GET", "/api/openapi.json", "/api/openapi.json", "", 200)
	check("GET", "/api", "/api", "", 200)
	check("GET", "/healthz", "/healthz", "", 200)
	check("GET", "/readyz", "/readyz", "", 200)
	check("GET", "/metrics", "/metrics", "", 200)
	check("GET", "/style.css", "/style.css", "", 200)
	check("DELETE", "/api/messages", "/api/messages", `{"q":"plain"}`, 200)
	check("DELETE", "/api/messages", "/api/messages", `{}`, 400)
	check("DELETE", "/api/runs/{name}", "/api/runs/r", "", 204)
	seen["GET /api/events"] = true // it does not end; its own tests hold its data against the schemas
	for path, methods := range s.Paths {
		for method := range methods {
			if name := strings.ToUpper(method) + " " + path; !seen[name] {
				t.Errorf("%s was not asked", name)
			}
		}
	}
}

// TestBodiesFitTheDocument holds what the handlers take against the schemas of
// what they say that they take.
func TestBodiesFitTheDocument(t *testing.T) {
	b := newBox(t)
	s := readSpec(b)
	for ref, bodies := range map[string][]string{
		"Deletion": {`{"ids":[]}`, `{"q":"a"}`, `{"all":true}`}, "Change": {`{"read":true}`, `{"tags":[]}`},
		"Changes": {`{"ids":[],"read":true}`, `{"q":"a","pinned":false,"tags":["x"]}`, `{"all":true,"add_tags":["x"],"remove_tags":["y"]}`},
		"NewRun":  {`{}`, `{"name":"a"}`}, "NewRule": {`{"rule":{}}`}, "MovedRule": {`{"run":""}`},
	} {
		for _, body := range bodies {
			if err := s.fits("#/components/schemas/"+ref, []byte(body)); err != nil {
				t.Error(err)
			}
		}
	}
	for _, body := range []string{`{}`, `{"all":false}`, `{"ids":[],"all":true}`, `{"ids":["x"]}`} {
		if s.fits("#/components/schemas/Deletion", []byte(body)) == nil {
			t.Errorf("the document allows the deletion %s", body)
		}
	}
	for _, body := range []string{`{}`, `{"all":true}`, `{"read":true}`, `{"all":true,"ids":[],"read":true}`, `{"all":true,"tags":[],"add_tags":[]}`} {
		if s.fits("#/components/schemas/Changes", []byte(body)) == nil {
			t.Errorf("the document allows the change %s", body)
		}
	}
}
