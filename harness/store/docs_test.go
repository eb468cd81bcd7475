package store

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// row is a line of a table of docs/search.md: a query, and what is said of it.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\|$")

func TestDocsOfSearch(t *testing.T) {
	page, err := os.ReadFile("../../docs/search.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range row.FindAllStringSubmatch(string(page), -1) {
		query, says := example[1], example[2]
		q, err := ParseQuery(query, queryNow)
		switch {
		case strings.HasPrefix(says, "at "):
			if err == nil || err.Error() != says {
				t.Errorf("%s: %v, want %s", query, err, says)
			}
		case err != nil:
			t.Errorf("%s: %v", query, err)
		default:
			readsBack(t, q)
		}
	}
	for _, p := range prefixes {
		if !strings.Contains(string(page), "`"+p+":") {
			t.Errorf("the page does not tell of %s:", p)
		}
	}
}
