package inbox

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Store returns the keeper's store for whoever deletes runs: mail that comes
// behind that opens them anew.
func (k *Keeper) Store() store.Store { return deleting{k.store, &k.runs} }

type deleting struct {
	store.Store
	runs *runBook
}

// DeleteRun forgets the run when it is gone, also one that is gone in part.
func (d deleting) DeleteRun(ctx context.Context, name string) error {
	defer d.runs.forget(name)
	return d.Store.DeleteRun(ctx, name)
}
