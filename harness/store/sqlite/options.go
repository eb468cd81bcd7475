package sqlite

import (
	"fmt"
	"log/slog"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Options say how a store works. The zero value is right for most.
type Options struct {
	Durability store.Durability // "" = store.DurablePower; store.DurableProcess is the other one
	Retention  store.Retention
	Digester   store.Digester
	Events     int          // how many events a Watch can look back, over restarts too; 0 = store.DefaultEvents
	Log        *slog.Logger // what goes wrong behind the scenes; nil = nowhere
}

// complete returns o with its defaults, or what is wrong with it.
func (o Options) complete() (Options, error) {
	if o.Durability == "" {
		o.Durability = store.DurablePower
	}
	if o.Durability != store.DurablePower && o.Durability != store.DurableProcess {
		return o, fmt.Errorf("durability %q is not that of a file: choose %q or %q",
			o.Durability, store.DurablePower, store.DurableProcess)
	}
	if o.Events <= 0 {
		o.Events = store.DefaultEvents
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
