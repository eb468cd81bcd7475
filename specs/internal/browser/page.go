package browser

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Page is a tab with a profile of its own. What a page asks of any server, and
// what it complains of, is kept.
type Page struct {
	ctx context.Context

	mu      sync.Mutex // guards what follows
	asked   []string   // URLs
	failed  []string   // what scripts threw, and what the console called an error
	dialogs []string   // that scripts opened
	octets  int        // that came over the wire
}

// Open makes a tab, which closes at the end of the spec, and opens a URL in it.
func (b *Browser) Open(url string) *Page {
	GinkgoHelper()
	return b.open(url)
}

func (b *Browser) open(url string, profile ...chromedp.CreateBrowserContextOption) *Page {
	GinkgoHelper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(profile...))
	p := &Page{ctx: ctx}
	DeferCleanup(cancel)
	Expect(chromedp.Listen(ctx, p.note)).To(Succeed())
	p.Run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		return err
	}), chromedp.EmulateViewport(1400, 900))
	p.Go(url)
	return p
}

// note keeps what happened. It is called on the goroutine that reads from the
// browser, and may not call it.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	case *network.EventLoadingFinished:
		p.octets += int(e.EncodedDataLength)
	case *runtime.EventExceptionThrown:
		p.failed = append(p.failed, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.failed = append(p.failed, e.Entry.Text+" "+e.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		p.dialogs = append(p.dialogs, e.Message)
		go func() { _ = chromedp.Do(p.ctx, dismiss) }()
	}
}

var dismiss = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	return err
})

// Run does something in the tab, within a time. Of a failure there is a picture.
func (p *Page) Run(steps ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	if err := p.try(steps...); err != nil {
		p.Shot("failed")
		Expect(err).NotTo(HaveOccurred())
	}
}

func (p *Page) try(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Go opens a URL.
func (p *Page) Go(url string) {
	GinkgoHelper()
	p.Run(chromedp.Navigate(url))
}

// Size makes the window as large as that, in CSS pixels.
func (p *Page) Size(width, height int64) {
	GinkgoHelper()
	p.Run(chromedp.EmulateViewport(width, height))
}

// Type writes into what a selector finds, once it is visible.
func (p *Page) Type(selector, text string) {
	GinkgoHelper()
	p.middle(selector, visible)
	Expect(Eval[bool](p, "(() => { const e = document.querySelector("+quoted(selector)+"); e?.focus(); return !!e; })()")).To(BeTrue(), "there is no %s", selector)
	p.Run(chromedp.KeyEvent(text))
}

// Press presses keys, one after the other, wherever the focus is.
func (p *Page) Press(keys string, modifiers ...chromedp.Modifier) {
	GinkgoHelper()
	p.Run(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...), asKeyboards))
}

// asKeyboards makes a key two events, as keyboards do, so that a page which
// takes the first one for itself does not get the letter.
func asKeyboards(e *input.DispatchKeyEventParams) {
	if e.Type == kb.KeyDown {
		e.Type, e.Text, e.UnmodifiedText = input.DispatchKeyEventTypeRawKeyDown, "", ""
	}
}

// Eval returns the value of an expression of JavaScript in the page; that of a
// promise once it is kept.
func Eval[T any](p *Page, script string) T {
	GinkgoHelper()
	value, err := eval[T](p, script)
	Expect(err).NotTo(HaveOccurred(), script)
	return value
}

// eval fails where the document goes away before there is a value.
func eval[T any](p *Page, script string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// read is Eval for what only looks: where a document leaves before it answers,
// the next one is asked.
func read[T any](p *Page, script string) T {
	GinkgoHelper()
	for end := time.Now().Add(patience); ; {
		value, err := eval[T](p, script)
		if refused := (*cdproto.Error)(nil); errors.As(err, &refused) && time.Now().Before(end) {
			continue
		}
		Expect(err).NotTo(HaveOccurred(), script)
		return value
	}
}

// Text is the visible text of what a selector finds; "" if there is no such
// thing.
func (p *Page) Text(selector string) string {
	GinkgoHelper()
	return read[string](p, "document.querySelector("+quoted(selector)+`)?.innerText ?? ""`)
}

// Count is how many elements a selector finds.
func (p *Page) Count(selector string) int {
	GinkgoHelper()
	return read[int](p, "document.querySelectorAll("+quoted(selector)+").length")
}

// URL is where the page is: path and query.
func (p *Page) URL() string {
	GinkgoHelper()
	return read[string](p, "location.pathname + location.search")
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// Shot keeps a picture of the page among the artifacts.
func (p *Page) Shot(name string) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		Expect(os.WriteFile(filepath.Join(artifacts(), name+".png"), png, 0o644)).To(Succeed())
	}
}

// Asked returns the URLs that the tab asked for until now.
func (p *Page) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Octets is how many octets came over the wire until now, headers included, of
// all that has come whole.
func (p *Page) Octets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.octets
}

// Faults returns what scripts threw, what the browser logged as an error, and
// what dialogs were opened.
func (p *Page) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Concat(p.failed, p.dialogs)
}
