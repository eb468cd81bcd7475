package postgres

import (
	"cmp"
	"context"
	"log/slog"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Open connects to a database, postgres://USER:PASSWORD@HOST:PORT/DATABASE with
// the parameters of libpq, and makes or migrates the tables. Its errors say what
// to do and never have the password. The caller closes the store.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o.Schema, o.Events = cmp.Or(o.Schema, DefaultSchema), cmp.Or(o.Events, store.DefaultEvents)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config, err := settings(url, o.Schema)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, config.ConnConfig, o.Schema); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, connectError(config.ConnConfig, err)
	}
	s := newStore(pool, o)
	if err := s.load(ctx); err != nil {
		pool.Close()
		return nil, connectError(config.ConnConfig, err)
	}
	s.start()
	return s, nil
}

// prepare checks the server and brings the tables up to date.
func prepare(ctx context.Context, config *pgx.ConnConfig, schema string) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return connectError(config, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	return migrate(ctx, conn, schema)
}

func newStore(pool *pgxpool.Pool, o Options) *Store {
	s := &Store{
		pool: pool, options: o, where: whereOf(pool.Config().ConnConfig),
		queue: make(chan *putting, groupMessages), backlog: newBacklog(),
		follow: make(chan struct{}, 1), tidy: make(chan struct{}, 1),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// load reads what the server promises, and the events that are still known.
func (s *Store) load(ctx context.Context) error {
	var fsync bool
	var forgotten, last int64
	err := s.pool.QueryRow(ctx, `select current_setting('fsync')::bool, forgotten, seq from state`).Scan(&fsync, &forgotten, &last)
	if err != nil {
		return err
	}
	s.durable = store.DurablePower
	if !fsync {
		s.durable = store.DurableProcess
	}
	s.log = store.NewLog(s.options.Events, max(forgotten, last-int64(min(s.options.Events, math.MaxInt32))))
	return s.catchUp(ctx)
}

func (s *Store) start() {
	for range committers {
		s.own.Go(s.commitQueue)
	}
	s.own.Go(s.indexBacklog)
	s.own.Go(s.listen)
	s.own.Go(s.followEvents)
	s.own.Go(s.keepTidy)
}
