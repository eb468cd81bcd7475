package storetest

import (
	"slices"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// page returns a page of the store.
func (b *box) page(p store.Page) *store.Listing {
	b.Helper()
	l, err := b.List(b.ctx, p)
	b.must(err)
	return l
}

func checkPageBounds(b *box) {
	b.putTexts(store.MaxLimit + 10)
	all := b.mail
	for _, c := range []struct {
		page       store.Page
		size       int
		newest     int // index of the first entry
		more, asks bool
	}{
		{store.Page{}, store.DefaultLimit, len(all) - 1, true, false},
		{store.Page{Limit: -1}, store.DefaultLimit, len(all) - 1, true, false},
		{store.Page{Limit: 1_000_000}, store.MaxLimit, len(all) - 1, true, false},
		{store.Page{Limit: 3, Oldest: true}, 3, 0, true, false},
		{store.Page{Before: all[3].Seq}, 3, 2, false, false},
		{store.Page{Before: all[3].Seq, Limit: 3, Total: true}, 3, 2, false, true},
		{store.Page{Before: all[4].Seq, Limit: 3}, 3, 3, true, false},
		{store.Page{After: all[len(all)-4].Seq}, 3, len(all) - 1, false, false},
		{store.Page{After: all[5].Seq, Limit: 1, Oldest: true}, 1, 6, true, false},
		{store.Page{After: all[5].Seq, Before: all[7].Seq}, 1, 6, false, false},
		{store.Page{After: all[5].Seq, Before: all[6].Seq}, 0, 0, false, false},
		{store.Page{After: all[len(all)-1].Seq}, 0, 0, false, false},
	} {
		l := b.page(c.page)
		if len(l.Entries) != c.size || l.More != c.more || (l.Total >= 0) != c.asks {
			b.Errorf("%+v: %d entries, more %t, total %d", c.page, len(l.Entries), l.More, l.Total)
		}
		if c.size > 0 && len(l.Entries) > 0 && l.Entries[0].ID != all[c.newest].ID {
			b.Errorf("%+v begins with %d, want %d", c.page, l.Entries[0].Seq, all[c.newest].Seq)
		}
	}
}

func checkPaging(b *box) {
	b.putTexts(53)
	for _, oldest := range []bool{false, true} {
		for _, size := range []int{1, 7, 53} {
			want := ids(b.mail)
			if !oldest {
				slices.Reverse(want)
			}
			b.same("pages", b.paged(store.Page{Limit: size, Oldest: oldest}, func(int) {}), want)
		}
	}
}

// paged goes through a list page by page and calls between two of them.
func (b *box) paged(p store.Page, between func(page int)) []store.ID {
	b.Helper()
	all := []store.ID{}
	for n := 0; ; n++ {
		l := b.page(p)
		all = append(all, ids(l.Entries)...)
		if !l.More {
			return all
		}
		last := l.Entries[len(l.Entries)-1].Seq
		if p.Oldest {
			p.After = last
		} else {
			p.Before = last
		}
		between(n)
	}
}

// checkPagingUnderChange deletes what was shown and what was not, and puts
// further messages, between two pages.
func checkPagingUnderChange(b *box) {
	b.putTexts(60)
	first := slices.Clone(b.mail)
	drop := func(indexes ...int) {
		for _, i := range indexes {
			_, err := b.Delete(b.ctx, store.Selection{IDs: []store.ID{first[i].ID}})
			b.must(err)
		}
	}
	got := b.paged(store.Page{Limit: 10}, func(n int) {
		drop(59-10*n, 59-10*n-9)
		b.putText(100+n, "later")
	})
	want := ids(first)
	slices.Reverse(want)
	b.same("the newest first", got, want)

	b.forget(func(e *store.Entry) bool {
		_, err := b.Get(b.ctx, e.ID)
		return err != nil
	})
	want = ids(b.mail)
	got = b.paged(store.Page{Limit: 10, Oldest: true}, func(n int) {
		if n < 3 {
			want = append(want, b.putText(200+n, "later still").ID)
		}
	})
	b.same("the oldest first", got, want)
	b.pagedBeside()
}

// pagedBeside pages while others write: what was there before and stays is
// seen once each.
func (b *box) pagedBeside() {
	stays := ids(b.mail)
	slices.Reverse(stays)
	var writers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		writers.Go(func() { b.comeAndGo(stop) })
	}
	for range 5 {
		got := b.paged(store.Page{Limit: 4}, func(int) {})
		if left := slices.DeleteFunc(got, func(id store.ID) bool { return !slices.Contains(stays, id) }); !slices.Equal(left, stays) {
			b.Errorf("beside writers %v\nwant %v", left, stays)
		}
	}
	close(stop)
	writers.Wait()
}

// comeAndGo puts a message and deletes it, 100 times or until stop is closed.
func (b *box) comeAndGo(stop <-chan struct{}) {
	for i := range 100 {
		select {
		case <-stop:
			return
		default:
		}
		raw := []byte("Subject: passing\r\n\r\n")
		m := newMail(i, raw)
		if err := b.Put(b.ctx, m, data(raw)); err != nil {
			b.Error(err)
		}
		if n, err := b.Delete(b.ctx, store.Selection{IDs: []store.ID{m.ID}}); n != 1 || err != nil {
			b.Error(n, err)
		}
	}
}

func checkTotal(b *box) {
	for i := range 30 {
		b.putText(i, []string{"odd", "even"}[i%2])
	}
	even := &store.Query{Expr: store.Phrase{Words: []string{"even"}}}
	for _, c := range []struct {
		page  store.Page
		want  int
		least bool
	}{
		{store.Page{Total: true}, 30, false},
		{store.Page{Total: true, Limit: 1}, 30, false},
		{store.Page{Total: true, Limit: 1, Before: b.mail[3].Seq}, 30, false},
		{store.Page{Total: true, After: b.mail[29].Seq}, 30, false},
		{store.Page{Total: true, Query: even, Limit: 2, Oldest: true}, 15, false},
		{store.Page{Total: true, Run: "nobody's"}, 0, false},
		{store.Page{Query: even}, -1, false},
		{store.Page{Total: true, Most: 10}, 10, true},
		{store.Page{Total: true, Most: 14, Query: even}, 14, true},
		{store.Page{Total: true, Most: 15, Query: even}, 15, false},
		{store.Page{Total: true, Most: 3, Query: even, Limit: 5, Before: b.mail[20].Seq}, 3, true},
		{store.Page{Total: true, Most: 3, Query: &store.Query{Expr: store.HeaderPhrase{Name: "subject"}}}, 3, true},
	} {
		l := b.page(c.page)
		if l.Total != c.want || l.Least != c.least {
			b.Errorf("%+v: total %d, more %t, want %d, %t", c.page, l.Total, l.Least, c.want, c.least)
		}
		if rest := b.page(store.Page{Query: c.page.Query, Run: c.page.Run, Before: c.page.Before, After: c.page.After, Limit: c.page.Limit, Oldest: c.page.Oldest}); len(l.Entries) != len(rest.Entries) || l.More != rest.More {
			b.Errorf("%+v: %d entries, more %t; without the total %d, %t", c.page, len(l.Entries), l.More, len(rest.Entries), rest.More)
		}
	}
}
