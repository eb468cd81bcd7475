package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// readers is how many statements can read at the same time.
const readers = 4

// connector opens connections that are set up by statements.
type connector struct {
	driver.Connector
	setup []string
}

// connect returns the connections to a file. mode is "rw" or "ro"; setup is
// done on each.
func connect(path, mode string, setup ...string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(location(path, mode))
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c, setup}), nil
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range c.setup {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

// location is the URI of a file, whatever characters its name has.
func location(path, mode string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=" + mode}
	return u.String()
}

// quoted is a string as SQL writes it.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
