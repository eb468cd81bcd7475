package api_test

import (
	"os"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

func TestThePageHasEveryRoute(t *testing.T) {
	page, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	b := newBox(t)
	for _, rt := range api.Routes(b.api) {
		path := strings.TrimSuffix(rt.Path, "{$}")
		if path == "/api" || path == "/api/openapi.json" || path == "/style.css" {
			continue
		}
		if !strings.Contains(string(page), "`"+rt.Method+" "+path+"`") {
			t.Errorf("docs/api.md does not have `%s %s`", rt.Method, path)
		}
	}
}
