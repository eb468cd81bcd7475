package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

var errNoRules = problem.New(http.StatusNotImplemented, "this server has no faults that can be set")

// newRule is the body of POST.
type newRule struct {
	Rule json.RawMessage `json:"rule"`
	Run  *string         `json:"run"`
}

// movedRule is the body of PATCH.
type movedRule struct {
	Run *string `json:"run"` // "" = for all mail
}

func (a *API) listRules(w http.ResponseWriter, r *request) error {
	if a.Rules == nil {
		return errNoRules
	}
	info, err := a.Store.Info(r.Context())
	if err != nil {
		return err
	}
	rules, err := a.Rules.List(r.Context(), r.run())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, List[Rule]{Items: listed(rules), Total: len(rules), Cursor: newCursor(inOrder, info.Seq)})
}

func (a *API) addRule(w http.ResponseWriter, r *request) error {
	if a.Rules == nil {
		return errNoRules
	}
	var body newRule
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	if len(body.Rule) == 0 || body.Rule[0] != '{' {
		return problem.New(http.StatusBadRequest, `write {"rule":{…}}, and "run" if it is for one run only`)
	}
	run, err := scopeOf(r, body.Run)
	if err != nil {
		return err
	}
	rule, err := a.Rules.Add(r.Context(), run, body.Rule)
	if err != nil {
		return ruleProblem(err)
	}
	a.rules.tell(rule)
	return reply(w, http.StatusCreated, rule)
}

// scopeOf returns the run of the body, or else that of the URL. Where both say
// one they have to agree.
func scopeOf(r *request, run *string) (string, error) {
	if run == nil {
		return r.run(), nil
	}
	if *run != "" && store.RunName(*run) != *run || r.run() != "" && *run != r.run() {
		return "", problem.New(http.StatusBadRequest, "run: not the name of a run, or not that of the URL")
	}
	return *run, nil
}

func (a *API) changeRule(w http.ResponseWriter, r *request) error {
	if err := a.inScope(r); err != nil {
		return err
	}
	var body movedRule
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	if body.Run == nil || *body.Run != "" && store.RunName(*body.Run) != *body.Run {
		return problem.New(http.StatusBadRequest, `write {"run":"NAME"}, with "" for all mail`)
	}
	rule, err := a.Rules.Move(r.Context(), r.PathValue("id"), *body.Run)
	if err != nil {
		return ruleProblem(err)
	}
	a.rules.tell(rule)
	return reply(w, http.StatusOK, rule)
}

func (a *API) removeRule(w http.ResponseWriter, r *request) error {
	if err := a.inScope(r); err != nil {
		return err
	}
	rule, err := a.Rules.Get(r.Context(), r.PathValue("id"))
	if err == nil {
		err = a.Rules.Remove(r.Context(), rule.ID)
	}
	if err != nil {
		return ruleProblem(err)
	}
	a.rules.tell(rule)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// inScope says that the rule of the path is one of the URL's run.
func (a *API) inScope(r *request) error {
	if a.Rules == nil {
		return errNoRules
	}
	rule, err := a.Rules.Get(r.Context(), r.PathValue("id"))
	if err == nil && r.run() != "" && rule.Run != r.run() {
		return store.ErrNotFound
	}
	return ruleProblem(err)
}

func ruleProblem(err error) error {
	var wrong *RuleError
	if !errors.As(err, &wrong) {
		return err
	}
	p := problem.New(http.StatusBadRequest, "rule: %s", wrong.Text)
	if wrong.Position >= 0 {
		p = p.At(wrong.Position)
	}
	return p
}
