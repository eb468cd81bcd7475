package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// programs returns initdb and postgres of the newest version that is
// installed. Debian keeps them off the PATH.
func programs() (initdb, postgres string, err error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	for _, f := range folders {
		initdb, postgres = filepath.Join(f, "initdb"), filepath.Join(f, "postgres")
		if executable(initdb) && executable(postgres) {
			return initdb, postgres, nil
		}
	}
	initdb, err = exec.LookPath("initdb")
	if err == nil {
		postgres, err = exec.LookPath("postgres")
	}
	if err != nil {
		return "", "", errors.New(Install)
	}
	return initdb, postgres, nil
}

// version returns the 15 of /usr/lib/postgresql/15/bin.
func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func executable(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

// folder makes the server's folder, and gives it to who the server runs as.
func folder() (string, error) {
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return "", err
	}
	if err := own(dir); err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}

// create makes the database cluster. It is not synced: it is gone with the
// test.
func (s *Server) create(ctx context.Context) error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := own(secret); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	p, err := run(s.dir, s.initdb, "-D", filepath.Join(s.dir, "data"), "-U", User, "-A", "scram-sha-256",
		"--pwfile", secret, "-N", "--locale=C.UTF-8", "-E", "UTF8")
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		p.kill()
	}
	if p.err != nil {
		return fmt.Errorf("initdb: %w: %s", p.err, p.output())
	}
	return ctx.Err()
}

func (s *Server) answers(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
