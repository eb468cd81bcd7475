package sqlite

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// acquire makes this process the one that has the store. The lock is the
// system's, so it goes with the process; the text in the file only says who
// has it.
func acquire(path string) (*os.File, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault(path, err)
	}
	if err := lockFile(f); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 200))
		f.Close()
		return nil, fmt.Errorf("the store %s is in use by %s: stop that process, or choose another file",
			path, orSomebody(string(holder)))
	}
	_ = f.Truncate(0)
	fmt.Fprintf(f, "process %d since %s\n", os.Getpid(), time.Now().Format(time.RFC3339))
	return f, nil
}

func orSomebody(holder string) string {
	if holder = strings.TrimSpace(holder); holder != "" {
		return holder
	}
	return "another process"
}
