package browser

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Outside is the world beyond this machine, as a browser sees it through a
// proxy: every host that is asked for anything is known, whatever frame asks.
type Outside struct {
	addr string

	mu    sync.Mutex // guards what follows
	asked []string   // "GET http://host/path", "CONNECT host:port"
	pages map[string]string
}

// StartOutside begins a world that ends with the spec.
func StartOutside() *Outside {
	GinkgoHelper()
	o := &Outside{pages: map[string]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	server := &http.Server{Handler: o}
	over := make(chan struct{})
	go func() { defer close(over); _ = server.Serve(l) }()
	DeferCleanup(func() { _ = server.Close(); <-over })
	o.addr = l.Addr().String()
	return o
}

// ServeHTTP is the proxy, and every host behind it.
func (o *Outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	what := r.URL.String()
	if r.Method == http.MethodConnect {
		what = r.Host
	}
	page, ours := o.pages[what]
	if !ours {
		o.asked = append(o.asked, r.Method+" "+what)
	}
	switch {
	case r.Method == http.MethodConnect:
		w.WriteHeader(http.StatusBadGateway)
	case ours:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, page)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// Put puts a page without any policy under a URL.
func (o *Outside) Put(url, html string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pages[url] = html
}

// Asked returns what was asked of any host but for pages that were put there.
func (o *Outside) Asked() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

// OpenIn is Open for a tab that sees o as the world. Loopback it reaches as
// ever.
func (b *Browser) OpenIn(o *Outside, url string) *Page {
	GinkgoHelper()
	return b.open(url, func(p *target.CreateBrowserContextParams) { p.ProxyServer = "http://" + o.addr })
}

// Hear keeps, in each document that the tab itself shows from now on, what
// frames say to it, in window.heard.
func (p *Page) Hear() {
	GinkgoHelper()
	p.Run(chromedp.Func(addScript(`if (top === window) { window.heard = []; addEventListener("message", e => heard.push(e.data)); }`)))
}

// ClickAllOver clicks on points all over what a selector finds, also through
// frames whose content nobody may look at.
func (p *Page) ClickAllOver(selector string) {
	GinkgoHelper()
	points := Eval[[][2]float64](p, `(() => {
		const e = document.querySelector(`+quoted(selector)+`);
		e.scrollIntoView({block: "nearest"});
		const r = e.getBoundingClientRect(), points = [];
		for (const x of [0.02, 0.1, 0.3, 0.6, 0.97]) for (const y of [0.02, 0.06, 0.12, 0.2, 0.35, 0.55, 0.8, 0.97])
			points.push([r.left + r.width * x, Math.min(r.top + r.height * y, innerHeight - 2)]);
		return points;
	})()`)
	for _, at := range points {
		p.Run(chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]), chromedp.MouseClickXY(at[0], at[1]))
	}
}

// Downloads opens a URL that is no page, so that the tab stays where it is.
func (p *Page) Downloads(url string) {
	GinkgoHelper()
	before := p.URL()
	Expect(p.try(chromedp.Navigate(url))).To(MatchError(ContainSubstring("net::ERR_ABORTED")), url)
	Expect(p.URL()).To(Equal(before), url)
}

// addScript is a step that has each new document of the tab run a script first.
func addScript(source string) func(context.Context, *chromedp.Target) error {
	return func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
		return err
	}
}
