// Package pgtest runs a real PostgreSQL for tests: made by initdb in a folder
// of its own, on a free port of 127.0.0.1, with fsync on, gone with Stop.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Install is what to do where PostgreSQL is missing.
const Install = "PostgreSQL is not installed: apt-get install postgresql, or put initdb and postgres on the PATH"

// startTime bounds how long a server may take until it answers.
const startTime = 60 * time.Second

// User is the superuser of a Server, and Database what it starts with.
const (
	User     = "postgres"
	Database = "postgres"
)

// Server is a PostgreSQL of the test's own.
type Server struct {
	dir, initdb, postgres string
	password              string
	port                  int
	process               *process
	names                 atomic.Int64
}

// Start makes a server and starts it. Whoever calls it calls Stop. The error
// says what to install where PostgreSQL is missing.
func Start(ctx context.Context) (*Server, error) {
	s := &Server{password: rand.Text()}
	var err error
	if s.initdb, s.postgres, err = programs(); err != nil {
		return nil, err
	}
	if s.dir, err = folder(); err != nil {
		return nil, err
	}
	if err = s.create(ctx); err == nil {
		err = s.Launch(ctx)
	}
	if err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	return s, nil
}

// URL returns where a client finds the server, with the password.
func (s *Server) URL() string { return s.address(s.password, Database) }

// URLWith returns the same with another password.
func (s *Server) URLWith(password string) string { return s.address(password, Database) }

func (s *Server) address(password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(User, password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Password returns the superuser's password, so that a test can see that it is
// shown nowhere.
func (s *Server) Password() string { return s.password }

// Schema returns a name that no other test of this server has.
func (s *Server) Schema() string { return fmt.Sprintf("test_%d", s.names.Add(1)) }

// NewDatabase makes an empty database and returns its URL: for programs that
// keep their schema's name.
func (s *Server) NewDatabase(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	name := fmt.Sprintf("inbox_%d", s.names.Add(1))
	if _, err := conn.Exec(ctx, `create database `+name); err != nil {
		return "", err
	}
	return s.address(s.password, name), nil
}

// Stop ends the server and removes what it kept.
func (s *Server) Stop() error {
	err := s.Shut()
	if gone := os.RemoveAll(s.dir); err == nil {
		err = gone
	}
	return err
}

// Launch starts a server that Shut or Kill has ended, on the same port and with
// the same data.
func (s *Server) Launch(ctx context.Context) error {
	if s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	p, err := run(s.dir, s.postgres, "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.sockets(), "-c", "fsync=on")
	if err != nil {
		return err
	}
	s.process = p
	return s.await(ctx)
}

// sockets is the folder of the socket; a path may have 107 octets.
func (s *Server) sockets() string {
	if len(s.dir) > 80 {
		return ""
	}
	return s.dir
}

// await returns when the server answers.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		if err := s.answers(ctx); err == nil {
			return nil
		}
		select {
		case <-s.process.ended:
			return fmt.Errorf("postgres ended: %s", s.process.output())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w\n%s", ctx.Err(), s.process.output())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
