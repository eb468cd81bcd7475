package storetest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func checkContent(b *box) {
	random := make([]byte, 70_000)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < len(random); i++ {
		random[i] = byte(r.Uint32())
	}
	contents := map[string][]byte{
		"nothing": {}, "one octet": {0}, "a dot": []byte("."), "a line end": []byte("\r\n"),
		"bare ends": []byte("Subject: a\r\n\r\nb\nc\rd\r\r\n\n\r\n.\n..\r\n"), "no end": []byte("Subject: a\r\n\r\nb"),
		"NUL in a header": []byte("Subject: a\x00b\r\nX-\x00: \xff\r\n\r\n\x00\r\n"), "8-bit": []byte("\xd0\xff\xfe\x80\r\n"),
		"any octets": random, "large": fixtures.Attachment(5 << 20), "one line": fixtures.LongLine(1 << 20),
	}
	for name, raw := range fixtures.Messages() {
		contents[name] = raw
	}
	for name, raw := range contents {
		want := slices.Clone(raw)
		e := b.put(newMail(len(b.mail), raw), raw)
		if got := b.content(e.ID); !bytes.Equal(got, want) {
			b.Errorf("%s: %d octets came back, %d were put", name, len(got), len(want))
		}
	}
	for _, e := range b.mail {
		got, err := b.Get(b.ctx, e.ID)
		b.must(err)
		b.sameEntry(got, e)
	}
}

func checkEnvelope(b *box) {
	raw := []byte("From: header@example.mn\r\nTo: other@example.mn\r\nBcc: third@example.mn\r\n\r\n")
	m := newMail(0, raw)
	m.Run, m.Envelope = "job", record.Envelope{
		From: "", Params: map[string]string{"SIZE": "100", "SMTPUTF8": ""}, Return: "HDRS", ID: "QQ314159+",
		Recipients: []record.Recipient{
			{Address: "бат@монгол.mn", Params: map[string]string{"NOTIFY": "NEVER"}, Reply: record.NewReply(250, "2.1.5 Ok"), Notify: []string{"NEVER"}, Original: "rfc822;bat@example.mn"},
			{Address: `"a b"@example.mn`, Reply: record.NewReply(550, "5.1.1 No such user", "5.1.1 Try another")},
			{Address: "c@example.mn", Reply: record.NewReply(250, "Ok"), Final: record.NewReply(452, "4.2.2 Full")},
		},
	}
	m.Facts = store.Facts{Remote: "[::1]:2525", Hello: "клиент.mn", TLS: "TLS 1.3", Auth: "бат", Mechanism: "PLAIN", LMTP: true}
	m.Reply = record.NewReply(250, "2.0.0 Ok: queued as "+string(m.ID))
	want := b.put(m, raw)
	got, err := b.Get(b.ctx, m.ID)
	b.must(err)
	b.sameEntry(got, want)
	if !slices.Equal(got.Codes(), []int{250, 452, 550}) {
		b.Errorf("codes %v", got.Codes())
	}
}

func checkDigest(b *box) {
	raw := []byte("From: =?utf-8?b?0JHQsNGC?= <bat@example.mn>\r\nX-Long: " + strings.Repeat("word ", 5000) + "\r\n\r\n" + strings.Repeat("text\r\n", 300_000))
	want := b.put(newMail(0, raw), raw)
	got, err := b.Get(b.ctx, want.ID)
	b.must(err)
	b.sameEntry(got, want)
	short := *want
	short.Digest = want.Digest.Short()
	b.sameEntry(b.all(store.Page{})[0], &short)
}

func checkMissing(b *box) {
	b.putText(0, "text")
	for _, id := range []store.ID{store.NewID(), "", "x", "../../etc/passwd", "%00", "01ARZ3NDEKTSV4RRFFQ69G5FA'", store.ID(strings.Repeat("0", 10_000))} {
		if _, err := b.Get(b.ctx, id); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Get %.30q: %v", id, err)
		}
		if _, err := b.Open(b.ctx, id); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Open %.30q: %v", id, err)
		}
		if _, err := b.Session(b.ctx, id); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Session %.30q: %v", id, err)
		}
		if n, err := b.Delete(b.ctx, store.Selection{IDs: []store.ID{id}}); n != 0 || err != nil {
			b.Errorf("Delete %.30q: %d %v", id, n, err)
		}
	}
	if err := b.DeleteRun(b.ctx, "nobody's"); !errors.Is(err, store.ErrNotFound) {
		b.Error("DeleteRun:", err)
	}
	b.holds()
}

func checkUsedID(b *box) {
	first := b.putText(0, "first")
	again := newMail(1, []byte("second"))
	again.ID = first.ID
	if err := b.Put(b.ctx, again, data([]byte("second"))); err == nil {
		b.Error("a second message with the ID of the first")
	}
	if !bytes.Contains(b.content(first.ID), []byte("first")) {
		b.Error("the first message is not what it was")
	}
	b.holds()
	s := newSession(0)
	b.must(b.PutSession(b.ctx, s))
	if err := b.PutSession(b.ctx, &store.Session{ID: s.ID, Started: start}); err == nil {
		b.Error("a second session with the ID of the first")
	}
}

func checkOrder(b *box) {
	last := int64(0)
	next := func(seq int64) {
		b.Helper()
		if seq <= last {
			b.Errorf("%d behind %d", seq, last)
		}
		last = seq
	}
	for i := range 10 {
		next(b.putText(i, "text").Seq)
		s := newSession(i)
		b.must(b.PutSession(b.ctx, s))
		next(s.Seq)
	}
	info, err := b.Info(b.ctx)
	b.must(err)
	if info.Seq != last {
		b.Errorf("the last is %d, Info says %d", last, info.Seq)
	}
	b.holds()
}
