package delivery_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// walk is a client that passes every stage of a session, whatever the server
// makes of it, and notes what it meets.
type walk struct {
	srv    *harness.Server
	taps   []*tap // the connection in clear, and inside TLS
	spoilt *tap   // what came instead of a handshake
	c      *rawclient.Client
	notes  []string
	deaf   int // replies in a row that did not come
	over   bool
}

// patience is virtual.
const patience = time.Minute

// walked is what a server with one rule did to a client, in two sessions.
type walked struct {
	notes []string
	heard []string // of each session
	told  []string // the same in the record
	below []string // of each session whose handshake failed
	hits  int
}

// walkWith runs two sessions in a bubble.
func walkWith(rule harness.Rule, implicit bool) (all walked) {
	GinkgoHelper()
	synctest.Test(suiteT, func(t *testing.T) {
		defer GinkgoRecover()
		security := harness.WithSTARTTLS()
		if implicit {
			security = harness.WithImplicitTLS()
		}
		srv := harness.NewServer(t, harness.InMemory(), security, harness.AllowPlaintextAuth(true), harness.WithUser("bat", "s3cret"),
			harness.Advertise("CHUNKING"), harness.ReportTo(GinkgoT()))
		rule = srv.AddRule(rule)
		for range 2 {
			w := &walk{srv: srv}
			w.connect(t, implicit)
			w.session()
			w.hangUp()
			synctest.Wait()
			all.notes = append(all.notes, w.notes...)
			all.heard = append(all.heard, w.heard())
			all.below = append(all.below, w.below())
		}
		Expect(srv.Close()).To(Succeed())
		for _, s := range srv.Sessions() {
			all.told = append(all.told, recorded(s))
			all.notes = append(all.notes, string(s.End), s.EndDetail, fmt.Sprint(s.Verbs()))
		}
		all.hits = rule.Hits()
	})
	return all
}

func (w *walk) connect(t *testing.T, implicit bool) {
	conn, err := w.srv.Dial(t.Context())
	Expect(err).NotTo(HaveOccurred())
	if w.listen(conn); implicit {
		w.handshake()
	}
	w.read()
}

// listen goes on over conn.
func (w *walk) listen(conn net.Conn) {
	t := &tap{Conn: conn}
	w.taps = append(w.taps, t)
	w.c = rawclient.Over(t, patience)
}

// handshake goes on inside TLS. What comes below it is in no record.
func (w *walk) handshake() {
	below := &tap{Conn: w.taps[0].Conn}
	below.SetDeadline(time.Now().Add(patience))
	secure := tls.Client(below, w.srv.ClientTLSConfig())
	if err := secure.Handshake(); err != nil {
		w.note("handshake: %T", err)
		w.over, w.spoilt = true, below
		return
	}
	w.listen(secure)
}

func (w *walk) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// session says all there is to say.
func (w *walk) session() {
	w.say("EHLO client.example", "NOOP")
	w.transaction("MAIL FROM:<dorj@example.mn> BODY=8BITMIME")
	w.say("MAIL FROM:<x@example.org>")
	w.say(slices.Repeat([]string{rcpt}, 12)...)
	w.say("RSET")
	if w.startTLS() {
		w.say("EHLO client.example")
	}
	w.say("AUTH PLAIN AGJhdABzM2NyZXQ=")
	w.transaction("MAIL FROM:<a@example.org>")
	w.say("MAIL FROM:<a@example.org>", rcpt, "BDAT 5\r\nhello", "BDAT 0 LAST", "RSET", "NOOP", "QUIT")
}

func (w *walk) transaction(mail string) {
	w.say(mail, "RCPT TO:<bad@example.com>", rcpt, "RCPT TO:<c@example.com>")
	if strings.HasPrefix(w.say("DATA"), "354") {
		w.say("Subject: x\r\n\r\n" + strings.Repeat("1234567890\r\n", 200) + ".")
	}
}

func (w *walk) startTLS() bool {
	if reply := w.say("STARTTLS"); !strings.HasPrefix(reply, "220") {
		return false
	}
	w.handshake()
	return !w.over
}

// say sends lines, one for each reply, and returns the last reply.
func (w *walk) say(lines ...string) (reply string) {
	for _, line := range lines {
		if w.over {
			return ""
		}
		crlf := "\r\n"
		if strings.HasPrefix(line, "BDAT 5") {
			crlf = ""
		}
		synctest.Wait() // the server may still be about to close
		if err := w.c.TryOctets(line + crlf); err != nil {
			w.note("write: %T", err)
			w.over = true
			return ""
		}
		reply = w.read()
	}
	return reply
}

// read takes one reply, or notes that none came.
func (w *walk) read() string {
	if w.over {
		return ""
	}
	reply, err := w.c.TryReply()
	if w.note("%q", shortened(reply)); err == nil {
		w.deaf = 0
		return reply
	}
	ne, ok := err.(net.Error)
	if silent := ok && ne.Timeout(); !silent || w.deaf > 0 {
		w.over = true
		w.note("%v %T", silent, err)
	}
	w.deaf++
	return reply
}

// shortened is a reply without most of a flood.
func shortened(reply string) string {
	return fmt.Sprintf("%.200s… %d", reply, len(reply))
}

func (w *walk) hangUp() {
	for err := error(nil); err == nil; {
		_, err = w.c.TryLine()
	}
	w.c.Conn().Close()
}

func (w *walk) heard() string {
	var all []byte
	for _, t := range w.taps {
		all = append(all, t.heard()...)
	}
	return string(all)
}

func (w *walk) below() string {
	if w.spoilt == nil {
		return ""
	}
	return string(w.spoilt.heard())
}
