package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary smtpspec too, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smtpspec": main})
}

// The scripts have these commands beside those of testscript:
//
//	listen NAME [FLAGS]   starts smtpspec serve and waits until it listens; sets
//	                      $NAME to the address of SMTP, $NAME_TLS to that of SMTPS, $NAME_LMTP to
//	                      that of LMTP
//	stop NAME [SIGNAL]    signals it, TERM otherwise, and waits for its end; what
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
			"stop":   stop,
			"hangup": hangup,
			"kill9":  kill9,
			"exits":  exits,
			"talk":   talk,
		},
		Setup: func(env *testscript.Env) error {
			// A binary with the race detector sleeps a second before it exits.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Values[daemons{}] = map[string]*daemon{}
			return nil
		},
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
