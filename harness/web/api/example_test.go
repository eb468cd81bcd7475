package api_test

import (
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/guard"
)

// A daemon puts a store, the API, the guard and a server together like this.
func Example() {
	mail := store.NewMemory(store.MemoryOptions{})
	defer mail.Close()
	a := api.New(api.Config{Store: mail, Version: "v1"})
	g, err := guard.New(guard.Config{Hosts: []string{"mail.example"}})
	if err != nil {
		panic(err)
	}
	server := guard.Server(g.Wrap(a.Handler()), nil)
	server.RegisterOnShutdown(a.Close)
	defer server.Close()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go server.Serve(guard.Limit(l, guard.MaxConnections))

	r, err := http.Get("http://" + l.Addr().String() + "/readyz")
	if err != nil {
		panic(err)
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	fmt.Print(string(text))
	// Output: ready
}
