package web

import (
	"context"
	"encoding/json"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// oneRule is a RuleBook with a rule that nobody can change.
type oneRule api.Rule

func (o oneRule) List(context.Context, string) ([]api.Rule, error) {
	return []api.Rule{api.Rule(o)}, nil
}
func (o oneRule) Get(context.Context, string) (api.Rule, error) { return api.Rule(o), nil }
func (o oneRule) Remove(context.Context, string) error          { return store.ErrNotFound }
func (o oneRule) Add(context.Context, string, json.RawMessage) (api.Rule, error) {
	return api.Rule{}, store.ErrNotFound
}
func (o oneRule) Move(context.Context, string, string) (api.Rule, error) {
	return api.Rule{}, store.ErrNotFound
}
