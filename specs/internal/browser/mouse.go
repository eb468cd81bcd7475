package browser

import (
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ClickWith clicks the middle of what a selector finds first, with keys held.
func (p *Page) ClickWith(selector string, held ...chromedp.Modifier) {
	GinkgoHelper()
	x, y := p.middle(selector)
	p.Run(chromedp.MouseClickXY(x, y, chromedp.ButtonModifiers(held...)))
}

// Drag takes what a selector finds so many CSS pixels to the right.
func (p *Page) Drag(selector string, right float64) {
	GinkgoHelper()
	x, y := p.middle(selector)
	held := func(e *input.DispatchMouseEventParams) {
		e.Button, e.Buttons, e.ClickCount = input.MouseButtonLeft, 1, 1
	}
	p.Run(chromedp.MouseEvent(chromedp.MousePressed, x, y, held), chromedp.MouseEvent(chromedp.MouseMoved, x+right/2, y, held),
		chromedp.MouseEvent(chromedp.MouseMoved, x+right, y, held), chromedp.MouseEvent(chromedp.MouseReleased, x+right, y, held))
}

// middle is where one would click on what a selector finds.
func (p *Page) middle(selector string) (x, y float64) {
	GinkgoHelper()
	box := Eval[[]float64](p, "(() => { const e = document.querySelector("+quoted(selector)+
		"); e?.scrollIntoView({block: 'nearest'}); const b = e?.getBoundingClientRect(); return b ? [b.x, b.y, b.width, b.height] : []; })()")
	Expect(box).To(HaveLen(4), "there is no %s", selector)
	return box[0] + box[2]/2, box[1] + box[3]/2
}

// Title is that of the page.
func (p *Page) Title() string {
	GinkgoHelper()
	return Eval[string](p, "document.title")
}
