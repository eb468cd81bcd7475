package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// trees is how many random queries a store has to agree on with Match.
const trees = 300

// checkSearchTrees compares searches with Match over all messages.
func checkSearchTrees(b *box) {
	b.library(200)
	g := grower{rand.New(rand.NewPCG(5, 321)), slices.Clone(b.mail)}
	found := 0
	for range trees {
		x := g.tree(3)
		found += min(1, b.finds(fmt.Sprintf("%#v", x), x))
		if b.Failed() {
			return
		}
	}
	if found < trees/3 {
		b.Errorf("only %d of %d queries found something", found, trees)
	}
	b.pagesOfTrees(g)
	b.selectionsOfTrees(g)
}

// pagesOfTrees looks at queries page by page, in a run and with a total.
func (b *box) pagesOfTrees(g grower) {
	for i := range 20 {
		q := &store.Query{Expr: g.tree(2)}
		run := libraryRuns[i%3]
		want := b.matching(func(e *store.Entry) bool { return q.Match(e) && (run == "" || e.Run == run) })
		p := store.Page{Query: q, Run: run, Limit: 3, Total: true}
		if got := b.page(p).Total; got != len(want) {
			b.Errorf("%#v in %q: total %d, want %d", q.Expr, run, got, len(want))
		}
		b.same(fmt.Sprintf("%#v in %q", q.Expr, run), b.paged(p, func(int) {}), want)
	}
}

// selectionsOfTrees changes and deletes by queries.
func (b *box) selectionsOfTrees(g grower) {
	for i := range 10 {
		b.update(store.Selection{Query: &store.Query{Expr: g.tree(2)}}, store.Change{Read: ptr(i%2 == 0), Tag: []string{fmt.Sprint("tag", i)}})
	}
	b.states()
	for i := range 5 {
		b.delete(store.Selection{Query: &store.Query{Expr: store.And{g.tree(1), store.Is(store.IsTagged)}}, Run: libraryRuns[i%3]})
		b.holds()
	}
}

// grower makes random queries that messages may match.
type grower struct {
	*rand.Rand
	mail []*store.Entry
}

func (g grower) tree(depth int) store.Expr {
	if depth == 0 || g.IntN(4) == 0 {
		return g.leaf()
	}
	switch g.IntN(3) {
	case 0:
		return store.Not{Expr: g.tree(depth - 1)}
	case 1:
		return store.And(g.several(depth - 1))
	}
	return store.Or(g.several(depth - 1))
}

// several returns up to three expressions, now and then none.
func (g grower) several(depth int) []store.Expr {
	list := []store.Expr{}
	if g.IntN(20) == 0 {
		return list
	}
	for range 1 + g.IntN(3) {
		list = append(list, g.tree(depth))
	}
	return list
}

func (g grower) leaf() store.Expr {
	switch g.IntN(15) {
	case 0, 1, 2:
		return g.phrase()
	case 3, 4:
		return g.headerPhrase()
	case 5:
		return store.Is(oneOf(g, string(store.IsRead), string(store.IsUnread), string(store.IsTagged), string(store.IsPinned), string(store.HasAttachment), string(store.HasInline)))
	case 6:
		return store.Tagged(oneOf(g, "welcome", "Welcome", "ТЕСТ", "тест", "two words", "two", "none"))
	case 7:
		return g.received()
	case 8:
		return store.Sized{Larger: oneOf(g, -1, 0, g.entry().Size), Smaller: oneOf(g, -1, 0, g.entry().Size, 1<<30)}
	case 9:
		return store.InSession(oneOf(g, g.entry().Session, store.NewID()))
	case 10:
		return store.InRun(oneOf(g, "one", "two", "ONE", ""))
	case 11:
		return store.OverTLS(oneOf(g, "", "none", "TLS 1", "TLS 1.2", "TLS 1.3", "1.3"))
	case 12:
		return store.SignedIn(oneOf(g, "", "none", "бат", "БАТ", "carol", "plain", "CRAM-MD5", "car"))
	case 13:
		return store.Replied(oneOf(g, 250, 550, 551, 553, 452, 0))
	}
	return store.Breaks(oneOf(g, "lint-date", "lint-line-998", "lint-message-id", "lint"))
}

func (g grower) entry() *store.Entry { return g.mail[g.IntN(len(g.mail))] }

func (g grower) received() store.Expr {
	var r store.Received
	if g.IntN(3) > 0 {
		r.From = g.entry().At.Add(time.Duration(g.IntN(3)-1) * time.Microsecond)
	}
	if g.IntN(3) > 0 {
		r.Until = g.entry().At.Add(time.Duration(g.IntN(3)-1) * time.Microsecond).In(time.FixedZone("", 8*3600))
	}
	return r
}

// phrase takes words that stand somewhere in a column of a message, and looks
// for them there, elsewhere, or everywhere.
func (g grower) phrase() store.Expr {
	for {
		column := store.Column(g.IntN(len(store.Columns())))
		words := g.some(g.entry().Words(column))
		if len(words) == 0 {
			continue
		}
		switch g.IntN(4) {
		case 0:
			return store.Phrase{Words: words}
		case 1:
			return store.Phrase{Columns: []store.Column{store.Column(g.IntN(len(store.Columns()))), column}, Words: words}
		}
		return store.Phrase{Columns: []store.Column{column}, Words: words}
	}
}

func (g grower) headerPhrase() store.Expr {
	for {
		fields := g.entry().Digest.Fields
		if len(fields) == 0 {
			continue
		}
		f := fields[g.IntN(len(fields))]
		name := oneOf(g, f.Name, strings.ToUpper(f.Name), strings.ToLower(f.Name), "X-None", f.Name+"x")
		if g.IntN(3) == 0 {
			return store.HeaderPhrase{Name: name}
		}
		return store.HeaderPhrase{Name: name, Words: g.some(store.Words(f.Value))}
	}
}

// some returns one to three words that follow each other, the last one
// shortened now and then, and now and then none that stand together.
func (g grower) some(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	from := g.IntN(len(words))
	until := min(len(words), from+1+g.IntN(3))
	taken := append([]string(nil), words[from:until]...)
	last := []rune(taken[len(taken)-1])
	switch g.IntN(6) {
	case 0, 1:
		taken[len(taken)-1] = string(last[:1+g.IntN(len(last))])
	case 2:
		taken[0] = string([]rune(taken[0])[:1])
	}
	return taken
}

func oneOf[T any](g grower, of ...T) T { return of[g.IntN(len(of))] }
