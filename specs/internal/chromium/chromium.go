// Package chromium finds the browser of the specs and of the benchmarks.
package chromium

import (
	"errors"
	"os"
	"os/exec"
)

// Path returns the program: the one that CHROMIUM names, or one that is
// installed. The error says how to get one.
func Path() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium: install Debian's chromium, or name one in CHROMIUM")
}
