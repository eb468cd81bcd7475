package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// TestSlowReadersHoldNobodyUp has more clients that take nothing than messages
// are taken apart at a time.
func TestSlowReadersHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		id := putHostile(b)
		var clients sync.WaitGroup
		defer clients.Wait()
		for i := range 200 {
			what := []string{"", "/text", "/html", "/parts/1", "/raw"}[i%5]
			clients.Go(func() {
				defer func() { recover() }() // an answer that breaks off
				b.handler.ServeHTTP(&stuck{piped: piped{header: http.Header{}}, pieces: 1}, request("GET", "/api/messages/"+id+what, ""))
			})
		}
		synctest.Wait()
		if w := b.ask("GET", "/api/messages/"+id, ""); w.Code != 200 {
			t.Errorf("%d", w.Code)
		}
	})
}

func TestHostileMessagesAreShown(t *testing.T) {
	b := newBox(t)
	nested := strings.Builder{}
	for i := range 500 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, content := range map[string]string{
		"nothing":         "",
		"no header":       "\r\nbody",
		"nested":          nested.String(),
		"many parts":      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 4_000),
		"many headers":    strings.Repeat("X: y\r\n", 10_000) + "\r\n",
		"a long header":   "Subject: " + strings.Repeat("a\r\n ", 50_000) + "\r\n\r\n",
		"many addresses":  "To: " + strings.Repeat("a@b, ", 10_000) + "\r\n\r\n",
		"many open tags":  "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("<div><img src=cid:x>", 10_000),
		"many cid":        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("<img src=cid:x>", 30) + "\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <x>\r\n\r\n" + strings.Repeat("x", 1<<17) + "\r\n--b--\r\n",
		"octets":          "Subject: x\r\n\r\n" + strings.Repeat("\x00\xff\x1b", 10_000),
		"hostile charset": "Subject: =?" + strings.Repeat("x", 5000) + "?q?a?=\r\nContent-Type: text/plain; charset=" + strings.Repeat("x", 5000) + "\r\n\r\n\xff",
	} {
		id := string(b.put("", content))
		for _, what := range []string{"", "/text", "/html", "/parts/0", "/raw"} {
			w := b.ask("GET", "/api/messages/"+id+what, "")
			if w.Code != 200 && !(what == "/html" && w.Code == 404) || w.Body.Len() > 60<<20 {
				t.Errorf("%s%s: %d, %d octets", name, what, w.Code, w.Body.Len())
			}
		}
	}
	if w := b.ask("GET", "/api/messages", ""); w.Code != 200 {
		t.Errorf("the list: %d", w.Code)
	}
}
