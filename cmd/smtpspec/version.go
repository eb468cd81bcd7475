package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// version tells which smtpspec this is.
type version struct{ json bool }

func (v *version) about() about {
	return about{
		name:     "version",
		summary:  "Prints version, commit and Go",
		examples: []string{"smtpspec version", "smtpspec version --json"},
	}
}

func (v *version) define(s *settings.Set) {
	s.Bool(&v.json, "json", "print one JSON object")
}

func (v *version) run(_ context.Context, a *App, args []string) error {
	if err := noArguments(v, args); err != nil {
		return err
	}
	info, _ := debug.ReadBuildInfo()
	b := buildOf(info)
	if v.json {
		return json.NewEncoder(a.Stdout).Encode(b)
	}
	_, err := fmt.Fprintln(a.Stdout, b)
	return err
}

// build is what a binary knows of its making.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // "" if it was not built in a repository
	Time     string `json:"time"`     // of the commit
	Modified bool   `json:"modified"` // the work tree was not that of the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// buildOf reads the build information; nil is a binary without any.
func buildOf(info *debug.BuildInfo) build {
	b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info == nil {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	commit := "no commit known"
	if b.Commit != "" {
		commit = "commit " + b.Commit[:min(12, len(b.Commit))]
	}
	if b.Modified {
		commit += ", modified"
	}
	return fmt.Sprintf("smtpspec %s (%s) %s %s", b.Version, commit, b.Go, b.Platform)
}
