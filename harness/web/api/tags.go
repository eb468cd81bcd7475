package api

import (
	"context"
	"net/http"
)

func (a *API) listTags(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	info, err := a.Store.Info(ctx)
	if err != nil {
		return err
	}
	tags, err := a.Tags(ctx, r.run())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, List[Tag]{Items: tags, Total: len(tags), Cursor: newCursor(inOrder, info.Seq)})
}

// Tags returns the tags of the messages of a run, "" = of all, by name.
func (a *API) Tags(ctx context.Context, run string) ([]Tag, error) {
	counts, err := a.Store.Tags(ctx, run)
	if err != nil {
		return nil, err
	}
	tags := []Tag{}
	for _, t := range counts {
		tags = append(tags, Tag{t.Tag, t.Messages})
	}
	return tags, nil
}
