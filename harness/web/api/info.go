package api

import (
	"net/http"

	"github.com/smtpspec/smtpspec/harness/store"
)

func (a *API) getInfo(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	info, err := a.Store.Info(ctx)
	if err != nil {
		return err
	}
	limits := a.Limits
	if limits == nil {
		limits = map[string]int64{}
	}
	return reply(w, http.StatusOK, Info{
		Version: a.Version, Addresses: listed(a.Addresses), Extensions: listed(a.Extensions), Limits: limits,
		Store: storeInfo(info), Cursor: newCursor(inOrder, info.Seq),
	})
}

// storeInfo leaves out where the store is: that is a path of the machine.
func storeInfo(i store.Info) StoreInfo {
	return StoreInfo{
		Kind: i.Kind, Durability: string(i.Durability), Messages: i.Messages, Bytes: i.Bytes, Unread: i.Unread,
		Sessions: i.Sessions, Evicted: i.Evicted, Unindexed: i.Unindexed,
		Retention: Retention{i.Retention.Messages, i.Retention.Bytes, i.Retention.Age.Seconds(), i.Retention.Sessions},
	}
}

// health says that the process answers, whatever the store does.
func (a *API) health(w http.ResponseWriter, _ *request) error {
	return writePlain(w, http.StatusOK, "ok\n")
}

// ready says whether mail would be taken now.
func (a *API) ready(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	if a.closing.Err() != nil {
		return writePlain(w, http.StatusServiceUnavailable, "closing\n")
	}
	if _, err := a.Store.Info(ctx); err != nil {
		a.Log.Warn("not ready", "error", err)
		return writePlain(w, http.StatusServiceUnavailable, "the store takes no mail; the log of the server says why\n")
	}
	if a.Free != nil {
		if _, enough := a.Free(); !enough {
			return writePlain(w, http.StatusServiceUnavailable, "the disk is nearly full; mail is refused until there is room\n")
		}
	}
	return writePlain(w, http.StatusOK, "ready\n")
}
