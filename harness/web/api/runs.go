package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// maxRunTime is how long a run may be asked to live.
const maxRunTime = 365 * 24 * time.Hour

// newRun is the body of POST. All of it may be left out.
type newRun struct {
	Name      string `json:"name"`       // "" = one that nobody has
	ExpiresIn string `json:"expires_in"` // "24h"; "" = never
}

func (a *API) listRuns(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	info, err := a.Store.Info(ctx)
	if err != nil {
		return err
	}
	runs, err := a.Store.Runs(ctx)
	if err != nil {
		return err
	}
	list := List[Run]{Items: []Run{}, Cursor: newCursor(inOrder, info.Seq)}
	for _, run := range runs {
		if r.run() == "" || run.Name == r.run() {
			list.Items = append(list.Items, a.runOf(run))
		}
	}
	list.Total = len(list.Items)
	return reply(w, http.StatusOK, list)
}

func (a *API) runOf(r store.Run) Run {
	return Run{
		Name: r.Name, Created: stamp(r.Created), Expires: stamp(r.Expires), Messages: r.Messages,
		SMTPUser: store.RunUser + r.Name, PlusTag: store.RunTag + r.Name, Header: store.RunHeader + ": " + r.Name,
		Address: "test" + store.RunTag + r.Name + "@" + a.Domain, SMTP: listed(a.Addresses),
	}
}

// createRun makes a run, or prolongs one that is there.
func (a *API) createRun(w http.ResponseWriter, r *request) error {
	var body newRun
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	run, err := a.runFrom(body)
	if err != nil {
		return err
	}
	known, err := a.knownRun(r.Context(), run.Name)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if known != nil {
		status, run = http.StatusOK, known.Prolonged(run)
	}
	if err := a.Store.PutRun(r.Context(), run); err != nil {
		return err
	}
	return reply(w, status, a.runOf(run))
}

func (a *API) runFrom(body newRun) (store.Run, error) {
	run := store.Run{Name: store.RunName(body.Name), Created: a.Now().UTC()}
	if body.Name == "" {
		run.Name = strings.ToLower(rand.Text()[:12])
	}
	if run.Name == "" {
		return run, problem.New(http.StatusBadRequest, "name: 1 to 64 of a-z, 0-9, -, _ and dots within")
	}
	if body.ExpiresIn != "" {
		d, err := time.ParseDuration(body.ExpiresIn)
		if err != nil || d <= 0 || d > maxRunTime {
			return run, problem.New(http.StatusBadRequest, "expires_in: a time such as 30m or 24h, at most %s", maxRunTime)
		}
		run.Expires = run.Created.Add(d)
	}
	return run, nil
}

func (a *API) knownRun(ctx context.Context, name string) (*store.Run, error) {
	runs, err := a.Store.Runs(ctx)
	for _, run := range runs {
		if run.Name == name {
			return &run, err
		}
	}
	return nil, err
}

func (a *API) deleteRun(w http.ResponseWriter, r *request) error {
	if err := a.Store.DeleteRun(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
