package api

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// SessionFindings returns what a session breaks, without what its messages do,
// or store.ErrNotFound: a session that has not ended is not there yet, and one
// whose record was not kept is not there any more.
func (a *API) SessionFindings(ctx context.Context, id store.ID) ([]Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	s, err := a.Store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.Record == nil {
		return nil, store.ErrNotFound
	}
	bare := s.Record.Examined()
	bare.Messages = nil
	return findingsOf(judged(bare)), nil
}
