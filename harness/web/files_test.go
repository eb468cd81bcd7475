package web

import (
	"io/fs"
	"strings"
	"testing"
)

// files returns the text of each template and each source that is no test.
func files(t *testing.T, fsys fs.FS) (texts []string) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") ||
			!strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".html") {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		texts = append(texts, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
