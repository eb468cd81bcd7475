package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// TestSiftGoesOnUntilThePageIsFull looks for few sessions among more than a page
// of the store has, in both directions.
func TestSiftGoesOnUntilThePageIsFull(t *testing.T) {
	var all []*Session
	for seq := range int64(3*MaxLimit + 7) {
		s := &Session{Seq: seq + 1, End: record.EndQuit}
		if seq%400 == 399 {
			s.End = record.EndClientClosed
		}
		all = append(all, s)
	}
	pages := 0
	next := func(p Page) ([]*Session, error) {
		pages++
		var page []*Session
		for s := range inOrder(all, p.Oldest) {
			if len(page) < p.Size() && p.within(s.Seq) && s.Is(p.Show) {
				page = append(page, s)
			}
		}
		return page, nil
	}
	for _, c := range []struct {
		page Page
		want []int64
		read int
	}{
		{Page{Show: ShowAborted}, []int64{1200, 800, 400}, 4},
		{Page{Show: ShowAborted, Oldest: true}, []int64{400, 800, 1200}, 4},
		{Page{Show: ShowAborted, Limit: 2}, []int64{1200, 800}, 2},
		{Page{Show: ShowAborted, Oldest: true, Limit: 1}, []int64{400}, 1},
		{Page{Show: ShowAborted, Before: 1200, After: 400}, []int64{800}, 2},
		{Page{Show: ShowMail}, nil, 4},
		{Page{Limit: 1}, []int64{1507}, 1},
	} {
		pages = 0
		found, err := Sift(c.page, next)
		var got []int64
		for _, s := range found {
			got = append(got, s.Seq)
		}
		if err != nil || !slices.Equal(got, c.want) || pages != c.read {
			t.Errorf("%+v: %v in %d pages, %v; want %v in %d", c.page, got, pages, err, c.want, c.read)
		}
	}
	broken := errors.New("broken")
	if _, err := Sift(Page{Show: ShowMail}, func(Page) ([]*Session, error) { return nil, broken }); err != broken {
		t.Error(err)
	}
}
