package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"github.com/smtpspec/smtpspec/harness/conform"
)

//go:embed page/page.tmpl
var pageText string

//go:embed page/style.css
var pageStyle string

//go:embed page/script.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"glyphs": glyphs, "peer": peer, "name": nameOf, "visible": visible, "ways": ways, "sign": signOf, "class": classOf, "date": dateOf, "brief": brief,
}).Parse(pageText))

func writeHTML(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	return writeHTMLWith(w, Options{}, scenarios, reports...)
}

// writeHTMLWith writes one page that needs nothing beside it: no network, and
// no script but the one that it holds, which only adds comfort.
func writeHTMLWith(w io.Writer, o Options, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	return pageTemplate.Execute(w, pageOf(o, scenarios, reports))
}

// policy allows the style and the script of the page, and nothing else.
func policy() string {
	return "default-src 'none'; style-src " + digest(pageStyle) + "; script-src " + digest(pageScript) + "; base-uri 'none'; form-action 'none'"
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
