package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/disk"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/inbox"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/store"
	pages "github.com/smtpspec/smtpspec/harness/web"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/guard"
)

// node is a server of SMTP, the store that keeps what it takes, and the API
// over both.
type node struct {
	log   *slog.Logger
	store store.Store
	disk  *disk.Disk // of the store; nil if nobody looks
	srv   *harness.Server

	socket net.Listener // of the API; nil without one
	guard  *guard.Guard
	api    *api.API
	http   *http.Server

	background sync.WaitGroup
	stop       context.CancelFunc // of what runs in the background
}

// begin opens and binds everything, in the order in which it can fail without
// a trace, and takes mail when it returns.
func (d *node) begin(ctx context.Context, s *serve, out *reports) (err error) {
	if s.web.on() {
		if d.guard, err = s.web.guard(); err != nil {
			return err
		}
		if d.socket, err = s.web.socket(); err != nil {
			return err
		}
	}
	if d.store, err = s.storing.open(ctx, d.log); err != nil {
		return err
	}
	keeper := inbox.New(d.store, s.storing.runAge, d.log)
	options, err := s.options(out, keeper)
	if err != nil {
		return err
	}
	if d.disk = s.storing.disk(d.log); d.disk != nil {
		options = append(options, harness.WithRoom(d.disk.Room))
	}
	if d.srv, err = harness.Listen(ctx, options...); err != nil {
		return s.listenFault(err)
	}
	if err := s.writeCA(d.srv); err != nil {
		return err
	}
	ctx, d.stop = context.WithCancel(context.Background())
	d.background.Go(func() { d.expire(ctx) })
	if d.socket != nil {
		d.answer(s)
	}
	return nil
}

// answer starts the API over the store.
func (d *node) answer(s *serve) {
	info, _ := debug.ReadBuildInfo()
	config := api.Config{
		Store: d.store, Rules: inbox.NewRules(d.srv, s.rules...), Version: buildOf(info).Version, Log: d.log,
		Addresses: addressURLs(s.listeningAt(d.srv)), Extensions: s.offered(), Limits: s.limitsShown(),
	}
	if d.disk != nil {
		config.Free = d.disk.Free
	}
	d.api = api.New(config)
	site := pages.New(pages.Config{API: d.api, Log: d.log})
	d.http = guard.Server(d.guard.Wrap(site.Handler()), d.log)
	d.background.Go(func() {
		if err := d.http.Serve(d.socket); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("the API ended", "error", err.Error())
		}
	})
}

// expire applies what retention says of age, by a clock that does not jump:
// when the wall clock is set, nothing is old because of it.
func (d *node) expire(ctx context.Context) {
	const often = time.Minute
	began := time.Now()
	for {
		now := began.Round(0).Add(time.Since(began))
		if err := d.store.Expire(ctx, now); err != nil && ctx.Err() == nil {
			d.log.Error("retention failed", "error", err.Error())
		}
		if !sleep(ctx, often) {
			return
		}
	}
}

// end stops what there is of the node: SMTP first, so that open transactions
// are committed, the store last.
func (d *node) end(a *App) error {
	var err error
	if d.srv != nil {
		err = a.drain(d.srv, d.log)
	}
	if d.stop != nil {
		d.stop()
	}
	if d.http != nil {
		d.api.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if d.http.Shutdown(ctx) != nil {
			d.http.Close()
		}
	} else if d.socket != nil {
		d.socket.Close()
	}
	d.background.Wait()
	if d.store != nil {
		if failed := d.store.Close(); failed != nil {
			err = errors.Join(err, fmt.Errorf("closing the store: %w", failed))
		}
	}
	return err
}
