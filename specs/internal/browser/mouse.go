package browser

import (
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// look is how often one looks for what is not there yet.
const look = 20 * time.Millisecond

// visible is the box of what a selector finds first, or of its first line where
// it has several: [] as long as there is none. It is scrolled to if it cannot be
// seen, and only then: what sticks to an edge would scroll away what is below.
// It may have no height, and what it shows hang out of it.
const visible = `(selector => {
	const e = document.querySelector(selector);
	const box = () => e?.getClientRects()[0];
	const seen = b => e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2));
	if (box() && !seen(box())) e.scrollIntoView({block: "nearest"});
	const b = box();
	return b?.width ? [b.x, b.y, b.width, b.height] : [];
})`

// aim is visible, and has nothing but what was aimed at hear of the next click.
const aim = `(selector => {
	const box = ` + visible + `(selector);
	const it = document.querySelector(selector), shot = {hit: false, over: new AbortController()};
	const on = e => {
		const hit = it.contains(e.target) || document.querySelector(selector)?.contains(e.target);
		if (!hit) e.preventDefault(), e.stopImmediatePropagation();
		else if (e.type === "click") shot.hit = true, shot.over.abort();
	};
	if (box.length) for (const event of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
		addEventListener(event, on, {capture: true, signal: shot.over.signal});
	window.shot?.over.abort();
	window.shot = shot;
	return box;
})`

// hit ends what aim began, and says whether the click came. A document that the
// click has led to knows of none.
const hit = `(() => { window.shot?.over.abort(); return window.shot?.hit ?? true; })()`

// Click clicks the middle of what a CSS selector finds first, once it is
// visible. It aims at a place and not at a node, as a person does, and again
// where the page has moved meanwhile.
func (p *Page) Click(selector string) {
	GinkgoHelper()
	p.ClickWith(selector)
}

// ClickWith is Click with keys held.
func (p *Page) ClickWith(selector string, held ...chromedp.Modifier) {
	GinkgoHelper()
	Eventually(func() bool {
		x, y := p.middle(selector, aim)
		p.Run(chromedp.MouseClickXY(x, y, chromedp.ButtonModifiers(held...)))
		return read[bool](p, hit)
	}).WithTimeout(patience).WithPolling(look).Should(BeTrue(), "%s never gets a click", selector)
}

// Drag takes what a selector finds so many CSS pixels to the right.
func (p *Page) Drag(selector string, right float64) {
	GinkgoHelper()
	x, y := p.middle(selector, visible)
	held := func(e *input.DispatchMouseEventParams) {
		e.Button, e.Buttons, e.ClickCount = input.MouseButtonLeft, 1, 1
	}
	p.Run(chromedp.MouseEvent(chromedp.MousePressed, x, y, held), chromedp.MouseEvent(chromedp.MouseMoved, x+right/2, y, held),
		chromedp.MouseEvent(chromedp.MouseMoved, x+right, y, held), chromedp.MouseEvent(chromedp.MouseReleased, x+right, y, held))
}

// middle is that of what a selector finds, once how says that it is visible. A
// document that is leaving is no place to look.
func (p *Page) middle(selector, how string) (x, y float64) {
	GinkgoHelper()
	var box []float64
	Eventually(func() ([]float64, error) {
		var err error
		box, err = eval[[]float64](p, how+"("+quoted(selector)+")")
		return box, err
	}).WithTimeout(patience).WithPolling(look).Should(HaveLen(4), "there is no %s to see", selector)
	return box[0] + box[2]/2, box[1] + box[3]/2
}

// Title is that of the page.
func (p *Page) Title() string {
	GinkgoHelper()
	return read[string](p, "document.title")
}
