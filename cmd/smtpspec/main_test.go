package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestMain makes the test binary smtpspec too, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smtpspec": main})
}

// The scripts have these commands beside those of testscript:
//
//	listen NAME [FLAGS]   starts smtpspec serve and waits until it listens; sets
//	                      $NAME to the address of SMTP, $NAME_TLS to that of SMTPS, $NAME_LMTP to
//	                      that of LMTP, $NAME_HTTP
//	                      to that of the API if it prints JSON
//	halt NAME [SIGNAL]    signals it, TERM otherwise, and waits for its end; what
//	                      it wrote is there for stdout and stderr
//	hangup NAME           stops reading what it writes
//	kill9 NAME            ends it without its leave
//	exits CODE COMMAND…   runs a command that must exit so
//	talk ADDR FILE        says the lines of a file, and prints the replies; a
//	                      PROXY header goes before the greeting
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"listen": listen,
			"halt":   halt,
			"hangup": hangup,
			"kill9":  kill9,
			"exits":  exits,
			"talk":   talk,
		},
		Setup: func(env *testscript.Env) error {
			// A binary with the race detector sleeps a second before it exits.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Setenv("SMTPSPEC_LISTEN", "127.0.0.1:0")
			env.Setenv("SMTPSPEC_STORE", "memory")
			env.Values[daemons{}] = map[string]*daemon{}
			return nil
		},
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// The word stop ends a script there and then, whatever comes behind it.
func TestScriptsRunToTheirEnds(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(archive.Comment)) {
			if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word == "stop" || word == "skip" {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}
