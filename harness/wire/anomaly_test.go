package wire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

func TestEveryKindIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "anomaly.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CompositeLit); ok {
			if name, ok := c.Type.(*ast.Ident); ok && name.Name == "fault" {
				declared++
			}
		}
		return true
	})
	if listed := len(AnomalyKinds()); listed != declared {
		t.Errorf("%d kinds are declared, and %d are listed", declared, listed)
	}
}

func TestKindsAreWellFormed(t *testing.T) {
	name, cite := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), regexp.MustCompile(`^RFC \d{4} §\d+(\.\d+)*$`)
	seen := map[string]bool{}
	for _, k := range AnomalyKinds() {
		switch {
		case seen[k.Kind]:
			t.Errorf("two kinds are called %s", k.Kind)
		case !name.MatchString(k.Kind), !cite.MatchString(k.RFC), k.Text == "", strings.HasSuffix(k.Text, "."):
			t.Errorf("%+v", k)
		}
		seen[k.Kind] = true
	}
}

func TestKindsCannotBeChanged(t *testing.T) {
	AnomalyKinds()[0].Kind = "other"
	if AnomalyKinds()[0].Kind == "other" {
		t.Error("the list is shared")
	}
}
