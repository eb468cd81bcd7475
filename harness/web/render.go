package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates in one language.
type pages struct{ *template.Template }

func parsePages(a *assets) map[string]pages {
	by := map[string]pages{}
	for lang, words := range catalogue {
		t := template.New("").Funcs(display(words)).Funcs(displaySession(words)).Funcs(template.FuncMap{"asset": func(name string) string { return a.root + name }})
		by[lang] = pages{template.Must(t.ParseFS(templateFiles, "templates/*.html"))}
	}
	return by
}

// frame is what stands around every page.
type frame struct {
	Lang, Theme string
	Here        string // the path and query of the page
	Q, Run      string
	Runs        []string
	Tags        []api.Tag
	Unread      int
	Sessions    int
	Faults      int // rules in force
	Version     string
	Wrong       *store.QueryError // with the search; nil if it was read
}

func (s *Site) frame(r *request) frame {
	f := frame{Lang: r.words.lang, Theme: r.theme, Here: r.URL.RequestURI(), Q: r.q, Run: r.run, Version: s.api.Version}
	if r.partial() {
		return f // the page that it goes into has the rest
	}
	if info, err := s.api.Store.Info(r.Context()); err == nil {
		f.Unread, f.Sessions = info.Unread, info.Sessions
	}
	if s.api.Rules != nil {
		rules, _ := s.api.Rules.List(r.Context(), r.run)
		f.Faults = len(rules)
	}
	f.Tags, _ = s.api.Tags(r.Context(), r.run)
	f.Runs, _ = s.runs(r)
	return f
}

// runs are the names of all.
func (s *Site) runs(r *request) (names []string, err error) {
	runs, err := s.api.Store.Runs(r.Context())
	for _, run := range runs {
		names = append(names, run.Name)
	}
	return names, err
}

// RunsWith are the runs to choose from, with one that may not be there yet.
func (f frame) RunsWith(run string) []string {
	if run == "" || slices.Contains(f.Runs, run) {
		return f.Runs
	}
	return append(slices.Clip(f.Runs), run)
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// write answers with a template. Nothing of it goes out if it fails.
func (s *Site) write(w http.ResponseWriter, r *request, status int, name string, data any) error {
	var b bytes.Buffer
	if err := s.pages[r.words.lang].ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", r.words.lang)
	if b.Len() > 1400 && takesGzip(r.Request) { // less fits into a packet anyway
		b = zipped(b.Bytes())
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

func zipped(plain []byte) (out bytes.Buffer) {
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&out)
	z.Write(plain)
	z.Close()
	return out
}
