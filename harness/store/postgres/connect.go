package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connectTime bounds one attempt to connect.
const connectTime = 10 * time.Second

// leastConns is how many connections a node may have at least: one commits, one
// indexes, the others read.
const leastConns = 8

// oldestServer is the first version that waits for a backend it ends.
const oldestServer = 140000

// settings reads a URL. The session's own settings are what the contract needs,
// whatever the server's defaults are. Plans are made without a look at the
// values: what the planner takes the words of a query to select is far too
// much, and it would read the whole table.
func settings(url, schema string) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("postgres: the address cannot be read: write postgres://USER:PASSWORD@HOST:5432/DATABASE")
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectTime
	}
	c.MaxConns = max(c.MaxConns, leastConns)
	for name, value := range map[string]string{
		"application_name": "smtpspec", "search_path": pgx.Identifier{schema}.Sanitize(),
		"synchronous_commit": "on", "plan_cache_mode": "force_generic_plan", "client_encoding": "UTF8", "standard_conforming_strings": "on",
	} {
		c.ConnConfig.RuntimeParams[name] = value
	}
	return c, nil
}

// whereOf names a server without a password.
func whereOf(c *pgx.ConnConfig) string {
	return fmt.Sprintf("%s/%s", net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.Database)
}

// connectError says what to do about a server that does not let us in. What the
// driver says may quote the address, so only what the server says is passed on.
func connectError(c *pgx.ConnConfig, err error) error {
	return fmt.Errorf("postgres: %s: %s", whereOf(c), connectAdvice(c, err))
}

func connectAdvice(c *pgx.ConnConfig, err error) string {
	var answer *pgconn.PgError
	var name *net.DNSError
	var network *net.OpError
	switch {
	case errors.As(err, &answer):
		return answerAdvice(c, answer)
	case errors.As(err, &name):
		return fmt.Sprintf("there is no host %q: check the address", c.Host)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer: check host, port and firewall, and whether the server is up"
	case errors.As(err, &network) && network.Op == "dial":
		return "nobody listens there: start PostgreSQL, or check host and port"
	}
	return "what answers there is not a PostgreSQL, or not one that speaks as the address says: check port and sslmode"
}

func answerAdvice(c *pgx.ConnConfig, e *pgconn.PgError) string {
	switch e.Code {
	case "28P01", "28000":
		return fmt.Sprintf("user %q is not let in (%s): check user and password of the address, and the server's pg_hba.conf", c.User, e.Message)
	case "3D000":
		return fmt.Sprintf("there is no database %q: make it with: createdb %s", c.Database, c.Database)
	case "42501":
		return fmt.Sprintf("user %q may not make or use the tables (%s): grant create on database %s to that user", c.User, e.Message, c.Database)
	case "53300":
		return "the server has no free connection: raise its max_connections, or lower pool_max_conns in the address"
	case "57P03":
		return "the server is starting or stopping: wait, then try again"
	case readOnly:
		return "the database is read-only: give the address of the primary server, or target_session_attrs=read-write"
	}
	return e.Message
}

// checkServer refuses servers that cannot keep the contract.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var encoding string
	err := conn.QueryRow(ctx, `select current_setting('server_version_num')::int, current_setting('server_encoding')`).Scan(&version, &encoding)
	switch {
	case err != nil:
		return connectError(conn.Config(), err)
	case version < oldestServer:
		return fmt.Errorf("postgres: %s: the server is version %d: 14 or newer is needed", whereOf(conn.Config()), version/10000)
	case encoding != "UTF8":
		return fmt.Errorf("postgres: %s: the database is in %s: make one with: createdb --encoding=UTF8 --template=template0 NAME", whereOf(conn.Config()), encoding)
	}
	return nil
}
