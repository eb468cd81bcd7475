package conform

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// check is one check of one client.
type check struct {
	client   Runner
	claims   Claims
	settings settings
	unit     time.Duration
	bubble   func(func())
	profile  *Profile
	roots    *x509.CertPool
	caFile   string
	dir      string
	lateness lateness
}

// Option changes how a check is made.
type Option func(*settings)

type settings struct {
	unit     time.Duration
	parallel int
	runs     []string
	slow     bool
	strict   bool
	bubble   func(func())
	progress func(Progress)
	name     string
	expected map[string]string
}

// Progress is how far a check is.
type Progress struct {
	Phase  string // "calibrating", "playing", "repeating failures"
	Done   int
	Total  int
	Script string // that was played last
}

// WithUnit sets T, the time-out that the client is told to keep; 2 s otherwise.
func WithUnit(d time.Duration) Option { return func(s *settings) { s.unit = d } }

// WithParallel sets how many scripts are played at the same time; 16 otherwise.
func WithParallel(n int) Option { return func(s *settings) { s.parallel = n } }

// Only checks the scenarios whose IDs match one of the globs (path.Match).
func Only(globs ...string) Option { return func(s *settings) { s.runs = globs } }

// Slow lets scenarios wait for minutes.
func Slow() Option { return func(s *settings) { s.slow = true } }

// Strict makes findings of warnings.
func Strict() Option { return func(s *settings) { s.strict = true } }

// Named gives a Go client a name for the report.
func Named(name string) Option { return func(s *settings) { s.name = name } }

// Expect says of scenarios that they are expected to fail, each with its
// reason. That they pass is then a finding.
func Expect(reasons map[string]string) Option { return func(s *settings) { s.expected = reasons } }

// WithProgress calls f after each script, from one goroutine at a time.
func WithProgress(f func(Progress)) Option { return func(s *settings) { s.progress = f } }

// WithVirtualTime plays every script inside a bubble of testing/synctest, one
// after the other, so that the minutes of RFC 5321 §4.5.3.2 pass at once. The
// client must connect with Job.Dial. The bubble is made by the test:
//
//	conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) })
func WithVirtualTime(bubble func(func())) Option { return func(s *settings) { s.bubble = bubble } }

// Run checks a Go client and returns what it found. The error is that of a
// harness that could not work, or of ctx.
func Run(ctx context.Context, client Client, scenarios []*Scenario, opts ...Option) (*Report, error) {
	var s settings
	for _, o := range opts {
		o(&s)
	}
	if s.name == "" {
		s.name = "Go func"
	}
	return Check(ctx, funcRunner{client, s.name}, scenarios, opts...)
}

// Check is Run for a client that is not a Go func.
func Check(ctx context.Context, client Runner, scenarios []*Scenario, opts ...Option) (*Report, error) {
	k, err := newCheck(client, opts)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(k.dir)
	stop := k.measure()
	defer stop()
	return k.report(ctx, scenarios)
}

// measure watches the harness's own lateness, where time is real.
func (k *check) measure() (stop func()) {
	if k.bubble != nil {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		k.lateness.run(done)
		close(gone)
	}()
	return func() {
		close(done)
		<-gone
	}
}

func newCheck(client Runner, opts []Option) (*check, error) {
	k := &check{client: client, claims: client.Claims(), settings: settings{unit: 2 * time.Second, parallel: 16}, profile: &Profile{}}
	for _, o := range opts {
		o(&k.settings)
	}
	k.unit, k.bubble = k.settings.unit, k.settings.bubble
	if err := k.globs(); err != nil {
		return nil, err
	}
	return k, k.trust()
}

// globs refuses a pattern that is none.
func (k *check) globs() error {
	for _, glob := range k.settings.runs {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("conform: %q is no pattern of scenario IDs: %w", glob, err)
		}
	}
	return nil
}

// trust writes the CA of the test for clients that read it from a file.
func (k *check) trust() (err error) {
	pem := harness.CA()
	if k.roots, err = rootsOf(pem); err != nil {
		return err
	}
	if k.dir, err = os.MkdirTemp("", "smtpspec-check"); err != nil {
		return fmt.Errorf("conform: %w", err)
	}
	k.caFile = k.dir + "/ca.pem"
	if err := os.WriteFile(k.caFile, pem, 0o644); err != nil {
		return errors.Join(fmt.Errorf("conform: %w", err), os.RemoveAll(k.dir))
	}
	return nil
}

func (k *check) report(ctx context.Context, scenarios []*Scenario) (*Report, error) {
	began := time.Now()
	r := &Report{Client: k.client.Name(), Version: k.claims.Version, Started: began, Unit: k.unit, Strict: k.settings.strict, Trials: map[string][]*Trial{}}
	chosen := k.chosen(scenarios)
	for _, run := range k.calibrate(ctx) {
		r.Trials[run.Script] = append(r.Trials[run.Script], run)
	}
	if r.Profile = k.profile; ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if k.profile.Works {
		k.playAll(ctx, "playing", k.scriptsOf(chosen), r.Trials)
	} else {
		k.fillIn(chosen, r)
	}
	k.judge(r, chosen)
	k.playLateOnes(ctx, r, chosen)
	for range 2 {
		if k.profile.Works {
			k.playAll(ctx, "repeating failures", k.failed(r, chosen), r.Trials)
			k.judge(r, chosen)
		}
	}
	r.Took, r.Late = time.Since(began), k.lateness.most()
	return r, context.Cause(ctx)
}

// playLateOnes plays once more what a harness that was late could not judge, a
// few at a time.
func (k *check) playLateOnes(ctx context.Context, r *Report, chosen []*Scenario) {
	most := k.settings.parallel
	defer func() { k.settings.parallel = most }()
	for k.settings.parallel = max(1, most/4); k.settings.parallel > 0 && k.profile.Works; k.settings.parallel /= 4 {
		late := k.lateScripts(r, chosen)
		if len(late) == 0 {
			return
		}
		for _, s := range late {
			delete(r.Trials, s.ID)
		}
		k.playAll(ctx, "repeating late ones", late, r.Trials)
		k.judge(r, chosen)
	}
}

// lateScripts returns the scripts whose scenarios are inconclusive because the
// harness was late.
func (k *check) lateScripts(r *Report, chosen []*Scenario) []*Script {
	late := slices.DeleteFunc(slices.Clone(chosen), func(s *Scenario) bool {
		result := r.Result(s.ID)
		return result == nil || result.Verdict.Word != Inconclusive || !slices.ContainsFunc(s.Scripts, func(script *Script) bool {
			trials := r.Trials[script.ID]
			return len(trials) > 0 && trials[0].WasLate()
		})
	})
	return k.scriptsOf(late)
}

// chosen returns the scenarios that were asked for.
func (k *check) chosen(all []*Scenario) []*Scenario {
	if len(k.settings.runs) == 0 {
		return all
	}
	var chosen []*Scenario
	for _, s := range all {
		for _, glob := range k.settings.runs {
			if ok, _ := path.Match(glob, s.ID); ok {
				chosen = append(chosen, s)
				break
			}
		}
	}
	return chosen
}

// scriptsOf returns the scripts of the scenarios that apply, each once.
func (k *check) scriptsOf(scenarios []*Scenario) []*Script {
	var scripts []*Script
	seen := map[string]bool{}
	for _, s := range scenarios {
		if _, missing := k.profile.missing(s.Needs); missing {
			continue
		}
		for _, script := range s.Scripts {
			if !seen[script.ID] {
				seen[script.ID] = true
				scripts = append(scripts, script)
			}
		}
	}
	return scripts
}

// failed returns the scripts of the scenarios that fail.
func (k *check) failed(r *Report, scenarios []*Scenario) []*Script {
	var failing []*Scenario
	for _, s := range scenarios {
		if result := r.Result(s.ID); result != nil && result.Verdict.Word == Fail && s.Overall == nil {
			failing = append(failing, s)
		}
	}
	return k.scriptsOf(failing)
}

// playAll plays the scripts, several at a time, and adds their runs.
func (k *check) playAll(ctx context.Context, phase string, scripts []*Script, into map[string][]*Trial) {
	if k.bubble != nil {
		for i, s := range scripts {
			if ctx.Err() != nil {
				return
			}
			k.bubble(func() { into[s.ID] = append(into[s.ID], k.play(context.Background(), s)) })
			k.tell(Progress{phase, i + 1, len(scripts), s.ID})
		}
		return
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, max(1, k.settings.parallel))
	done := 0
	for _, s := range scripts {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			run := k.play(ctx, s)
			mu.Lock()
			defer mu.Unlock()
			into[s.ID] = append(into[s.ID], run)
			done++
			k.tell(Progress{phase, done, len(scripts), s.ID})
		})
	}
	wg.Wait()
}

func (k *check) tell(p Progress) {
	if k.settings.progress != nil {
		k.settings.progress(p)
	}
}

func (k *check) judge(r *Report, chosen []*Scenario) {
	expected := k.claims.Expected
	if k.settings.expected != nil {
		expected = k.settings.expected
	}
	for _, s := range chosen {
		if reason := expected[s.ID]; reason != "" && r.Result(s.ID) == nil {
			r.Results = append(r.Results, Result{Scenario: s.ID, Expected: reason})
		}
	}
	Judge(r, chosen)
}

// fillIn stands in for the runs of a client that does not work at all.
func (k *check) fillIn(chosen []*Scenario, r *Report) {
	for _, s := range chosen {
		for _, script := range s.Scripts {
			if r.Trials[script.ID] == nil {
				r.Trials[script.ID] = []*Trial{{Script: script.ID, Unit: k.unit, Outcome: Outcome{Class: Unsupported}}}
			}
		}
	}
}
